/**
 * Works out what a property of the template comes to on this machine. Pure: what a reference stands for is asked of the
 * caller, and whatever cannot be resolved is an error that names the resource and the property.
 *
 * Functions: CloudFormation user guide, "Intrinsic function reference".
 */
import { Problem } from '../problem.ts';
import type { Assembly, StackTemplate, TemplateResource } from './assembly.ts';

/** `Ref` of the resource when `attribute` is absent; `undefined` if it has no such attribute here. */
export type AttributeOf = (
  stack: StackTemplate,
  resource: TemplateResource,
  attribute: string | undefined,
) => string | undefined;

export interface Account {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

export interface Resolver {
  /** @throws Problem naming the resource, the property and what is missing */
  resolve(stack: StackTemplate, resource: TemplateResource, property: string): unknown;
  /** @throws Problem naming the output and what is missing */
  output(stack: StackTemplate, key: string): unknown;
}

export function templateResolver(assembly: Assembly, account: Account, attributeOf: AttributeOf): Resolver {
  return {
    resolve(stack, resource, property) {
      const place = { stack, at: `${stack.name}.${resource.logicalId} (${resource.type})` };
      return resolved(resource.properties[property], { ...place, path: property });
    },
    output(stack, key) {
      return resolved(stack.outputs[key]?.Value, {
        stack,
        at: `${stack.name}, output ${key}`,
        path: 'Value',
      });
    },
  };

  interface Place {
    readonly stack: StackTemplate;
    readonly at: string;
    readonly path: string;
  }

  function resolved(value: unknown, place: Place): unknown {
    if (Array.isArray(value)) {
      return value
        .map((element, index) => resolved(element, { ...place, path: `${place.path}[${index}]` }))
        .filter((element) => element !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::')))
      return intrinsic(only[0], only[1], place);
    return Object.fromEntries(
      entries.map(([name, member]) => [name, resolved(member, { ...place, path: `${place.path}.${name}` })]),
    );
  }

  function intrinsic(name: string, argument: unknown, place: Place): unknown {
    switch (name) {
      case 'Ref':
        return reference(String(argument), place);
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = Array.isArray(argument)
          ? argument.map(String)
          : splitOnce(String(argument));
        return attributeAt(logicalId ?? '', attribute, place);
      }
      case 'Fn::Join': {
        const [separator, parts] = resolved(argument, place) as [string, unknown[]];
        return parts.join(separator);
      }
      case 'Fn::Sub':
        return substitute(argument, place);
      case 'Fn::Select': {
        const [index, list] = resolved(argument, place) as [number | string, unknown[]];
        return list[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = resolved(argument, place) as [string, string];
        return text.split(separator);
      }
      case 'Fn::ImportValue':
        return imported(String(resolved(argument, place)), place);
      default:
        throw unresolved(place, `${name} is not supported by the local run`);
    }
  }

  function reference(target: string, place: Place): unknown {
    switch (target) {
      case 'AWS::Region':
        return account.region;
      case 'AWS::AccountId':
        return account.accountId;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return place.stack.name;
      case 'AWS::NoValue':
        return undefined;
      default:
        return attributeAt(target, undefined, place);
    }
  }

  function attributeAt(logicalId: string, attribute: string | undefined, place: Place): string {
    const resource = place.stack.resources.get(logicalId);
    if (resource === undefined)
      throw unresolved(place, `refers to ${logicalId}, which is not in the template`);
    const value = attributeOf(place.stack, resource, attribute);
    if (value !== undefined) return value;
    const wanted = attribute === undefined ? logicalId : `${logicalId}.${attribute}`;
    throw unresolved(place, `refers to ${wanted} of a ${resource.type}, which the local run cannot provide`);
  }

  function substitute(argument: unknown, place: Place): string {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Record<string, unknown>,
    ];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(resolved(variables[name], place));
      const [logicalId, attribute] = splitOnce(name);
      return String(
        attribute === undefined ? reference(name, place) : attributeAt(logicalId ?? '', attribute, place),
      );
    });
  }

  function imported(name: string, place: Place): unknown {
    for (const stack of assembly.stacks) {
      for (const [key, output] of Object.entries(stack.outputs)) {
        if (output.Export === undefined) continue;
        const from = { stack, at: `${stack.name}, output ${key}`, path: 'Value' };
        if (resolved(output.Export.Name, { ...from, path: 'Export.Name' }) === name)
          return resolved(output.Value, from);
      }
    }
    throw unresolved(place, `imports ${name}, which no stack exports`);
  }

  function unresolved(place: Place, what: string): Problem {
    return new Problem(`template: ${place.at}, ${place.path}: ${what}`);
  }
}

function splitOnce(text: string): [string, string | undefined] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}
