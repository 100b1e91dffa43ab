/**
 * A network with no way out: no internet gateway, no NAT, and endpoints that lead to the named resources of DynamoDB, S3 and
 * SQS and to nothing else. What runs in it reaches its cache, its table and its dead letters.
 *
 * VPC user guide; AWS PrivateLink guide, "gateway-endpoints", "vpc-endpoints-access" (endpoint policies).
 */
import { Aws } from 'aws-cdk-lib';
import {
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSecurityGroupEgress,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';
import type { FunctionNetwork } from './node-function.ts';
import { pascalCase } from './output.ts';

export type EndpointService = 'dynamodb' | 's3' | 'sqs';

/** A security group without an egress rule gets one to everywhere; this one leads nowhere (CloudFormation, AWS::EC2::SecurityGroup). */
const NO_EGRESS = [{ cidrIp: '127.0.0.1/32', ipProtocol: '-1', description: 'nowhere' }];

const HTTPS = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };

export interface IsolatedNetworkProps {
  readonly stage: Pick<Stage, 'emulator'>;
  /** Letters after the region's name; a subnet in each, with 256 addresses. */
  readonly zones: readonly string[];
}

export class IsolatedNetwork extends Construct {
  readonly subnetIds: readonly string[];
  /** Of the function: its place in this network. */
  readonly function: FunctionNetwork;
  readonly functionGroupId: string;
  readonly vpcId: string;
  private readonly routeTableId: string;
  private readonly stage: Pick<Stage, 'emulator'>;

  constructor(scope: Construct, id: string, { stage, zones }: IsolatedNetworkProps) {
    super(scope, id);
    this.stage = stage;
    // Both, or the name of the queue's endpoint does not lead to it.
    const vpc = new CfnVPC(this, 'Vpc', {
      cidrBlock: '10.0.0.0/16',
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });
    acknowledge(vpc, 'VPC7', 'There is no way in or out whose use a flow log could show.');
    this.vpcId = vpc.ref;
    const routes = new CfnRouteTable(this, 'Routes', { vpcId: vpc.ref });
    this.routeTableId = routes.ref;
    this.subnetIds = zones.map((zone, index) => {
      const subnet = new CfnSubnet(this, `Subnet${zone.toUpperCase()}`, {
        vpcId: vpc.ref,
        availabilityZone: `${Aws.REGION}${zone}`,
        cidrBlock: `10.0.${index}.0/24`,
        mapPublicIpOnLaunch: false,
      });
      new CfnSubnetRouteTableAssociation(this, `Subnet${zone.toUpperCase()}Routes`, {
        subnetId: subnet.ref,
        routeTableId: routes.ref,
      });
      return subnet.ref;
    });
    this.functionGroupId = this.group('FunctionGroup', 'The function: to its cache and to the endpoints', [
      // Any address, because a gateway endpoint's are a list that the region keeps; there is no route to any other.
      { ...HTTPS, cidrIp: '0.0.0.0/0', description: 'the endpoints' },
    ]);
    this.function = { subnetIds: this.subnetIds, securityGroupIds: [this.functionGroupId] };
  }

  /** By routes, without a price: what goes to the service may do these actions on these resources. */
  addGatewayEndpoint(service: 'dynamodb' | 's3', actions: readonly string[], resources: readonly string[]) {
    return new CfnVPCEndpoint(this, `${pascalCase(service)}Endpoint`, {
      vpcId: this.vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: serviceName(service),
      routeTableIds: [this.routeTableId],
      policyDocument: onlyThis(actions, resources),
    });
  }

  /** By an address in each subnet, at a price per hour and zone. */
  addInterfaceEndpoint(service: 'sqs', actions: readonly string[], resources: readonly string[]) {
    const group = this.group(
      `${pascalCase(service)}EndpointGroup`,
      `The endpoint of ${service}: from the function`,
      NO_EGRESS,
      [{ ...HTTPS, sourceSecurityGroupId: this.functionGroupId, description: 'the function' }],
    );
    return new CfnVPCEndpoint(this, `${pascalCase(service)}Endpoint`, {
      vpcId: this.vpcId,
      vpcEndpointType: 'Interface',
      serviceName: serviceName(service),
      subnetIds: [...this.subnetIds],
      securityGroupIds: [group],
      privateDnsEnabled: true,
      policyDocument: onlyThis(actions, resources),
    });
  }

  /** Lets the function in on one port, and the function out to it. @returns the id of a group for what listens there */
  addServer(id: string, port: number, description: string): string {
    const place = { ipProtocol: 'tcp', fromPort: port, toPort: port };
    const groupId = this.group(`${id}Group`, description, NO_EGRESS, [
      { ...place, sourceSecurityGroupId: this.functionGroupId, description: 'the function' },
    ]);
    if (this.stage.emulator?.rulesBetweenGroups === 'left-out') return groupId;
    // A resource of its own: each group names the other.
    new CfnSecurityGroupEgress(this, `FunctionTo${id}`, {
      ...place,
      groupId: this.functionGroupId,
      destinationSecurityGroupId: groupId,
      description,
    });
    return groupId;
  }

  private group(
    id: string,
    groupDescription: string,
    securityGroupEgress: readonly CfnSecurityGroup.EgressProperty[],
    securityGroupIngress: readonly CfnSecurityGroup.IngressProperty[] = [],
  ): string {
    return new CfnSecurityGroup(this, id, {
      vpcId: this.vpcId,
      groupDescription,
      securityGroupEgress: [...securityGroupEgress],
      securityGroupIngress: [...securityGroupIngress],
    }).attrGroupId;
  }
}

function serviceName(service: EndpointService): string {
  return `com.amazonaws.${Aws.REGION}.${service}`;
}

function onlyThis(actions: readonly string[], resources: readonly string[]) {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [...resources],
      }),
    ],
  });
}
