/** What an item can hold, and what comes back of it (developer guide, "Supported data types", "Constraints"). */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { outcomeOf, type Rule } from '../rule.ts';
import { type Item, plainTable, sessionsTable, type Tables } from './tables.ts';

/** @returns the attributes as they are read again */
const stored = async (tables: Tables, attributes: Item): Promise<Item> => {
  const table = await plainTable(tables);
  await table.put({ id: { S: 'a' }, ...attributes });
  const { id: _, ...rest } = (await table.get({ id: { S: 'a' } })) ?? {};
  return rest;
};

const putOutcome = async (tables: Tables, attributes: Item): Promise<string> => {
  const table = await plainTable(tables);
  return outcomeOf(
    tables.client.send(
      new PutItemCommand({ TableName: table.name, Item: { id: { S: 'a' }, ...attributes } }),
    ),
  );
};

const kept = (title: string, attributes: Item): Rule<Tables> => ({
  title: `${title} come back as they are`,
  aws: attributes,
  observe: (tables) => stored(tables, attributes),
});

const refused = (title: string, attributes: Item): Rule<Tables> => ({
  title: `${title} is refused`,
  aws: 'ValidationException',
  observe: (tables) => putOutcome(tables, attributes),
});

const DIGITS = '12345678901234567890123456789012345678';
const deep = (levels: number): Item[string] =>
  levels === 0 ? { S: 'bottom' } : { M: { down: deep(levels - 1) } };

export const valueRules: readonly Rule<Tables>[] = [
  kept('numbers of 38 digits', {
    whole: { N: DIGITS },
    negative: { N: `-${DIGITS}` },
    fraction: { N: `0.${DIGITS}` },
    middle: { N: `${DIGITS.slice(0, 19)}.${DIGITS.slice(19)}` },
  }),
  {
    title: 'numbers come back in one form, whatever they were written in',
    aws: { zeros: { N: '7.1' }, exponent: { N: '1200' }, zero: { N: '0' }, small: { N: '0.00001' } },
    observe: (tables) =>
      stored(tables, {
        zeros: { N: '007.100' },
        exponent: { N: '1.2e3' },
        zero: { N: '-0' },
        small: { N: '1E-5' },
      }),
  },
  {
    title: 'the largest and the smallest number are kept in value',
    aws: [1e126, 1e-130],
    async observe(tables) {
      const { large, small } = await stored(tables, {
        large: { N: '9.9999999999999999999999999999999999999E+125' },
        small: { N: '1E-130' },
      });
      return [Number(large?.N), Number(small?.N)];
    },
  },
  refused('a number of 39 digits', { n: { N: `${DIGITS}9` } }),
  refused('a number of 1e126', { n: { N: '1E+126' } }),
  refused('a number that is none', { n: { N: '12,5' } }),
  kept('empty texts and binaries', { s: { S: '' }, b: { B: new Uint8Array() } }),
  kept('bytes', { b: { B: new Uint8Array([0, 1, 127, 128, 255]) } }),
  kept('texts of any script, with quotes and control characters', {
    s: { S: 'टमाटर "it\'s" \\ \u0000 \r\n 😀' },
  }),
  kept('names like __proto__, dotted or empty of meaning', {
    ['__proto__']: { S: 'a' },
    constructor: { S: 'b' },
    'a.b[0]': { S: 'c' },
    नाम: { S: 'd' },
    ' ': { S: 'e' },
  } as Item),
  kept('nulls, truth values, lists and maps', {
    none: { NULL: true },
    yes: { BOOL: true },
    list: { L: [{ S: 'a' }, { N: '1' }, { L: [] }, { M: {} }, { NULL: true }] },
    map: { M: { inner: { M: { list: { L: [{ BOOL: false }] } } } } },
  }),
  {
    title: 'sets come back with the same members',
    aws: { texts: ['', 'a', 'ब'], numbers: ['1', '22.5'], bytes: 2 },
    async observe(tables) {
      const { texts, numbers, bytes } = await stored(tables, {
        texts: { SS: ['ब', 'a', ''] },
        numbers: { NS: ['22.50', '1'] },
        bytes: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
      });
      return { texts: texts?.SS?.sort(), numbers: numbers?.NS?.sort(), bytes: bytes?.BS?.length };
    },
  },
  refused('an empty set', { s: { SS: [] } }),
  refused('a set with one member twice', { s: { SS: ['a', 'a'] } }),
  refused('a set with one number twice, in two forms', { s: { NS: ['1', '1.0'] } }),
  kept('maps 31 levels deep', { m: deep(31) }),
  refused('a map 33 levels deep', { m: deep(33) }),
];

/** The attribute's name and text, and the key, are 400 KB (409,600 bytes) together (developer guide, "DynamoDB item sizes and formats"). */
const LONGEST = 409_600 - 'text'.length - 'id'.length - 'a'.length;

export const limitRules: readonly Rule<Tables>[] = [
  {
    title: 'an item of 400 KB is stored, and a byte more is refused',
    aws: ['done', 'ValidationException'],
    observe: async (tables) => [
      await putOutcome(tables, { text: { S: 'x'.repeat(LONGEST) } }),
      await putOutcome(tables, { text: { S: 'x'.repeat(LONGEST + 1) } }),
    ],
  },
  {
    title: 'an item is measured in bytes, not in characters',
    aws: ['done', 'ValidationException'],
    observe: async (tables) => [
      await putOutcome(tables, { text: { S: 'é'.repeat(LONGEST >> 1) } }),
      await putOutcome(tables, { text: { S: 'é'.repeat((LONGEST >> 1) + 1) } }),
    ],
  },
  {
    title: 'a partition key takes 2,048 bytes and a sort key 1,024, and not one more',
    aws: ['done', 'ValidationException', 'ValidationException'],
    async observe(tables) {
      const table = await sessionsTable(tables);
      const put = (PK: string, SK: string) =>
        outcomeOf(
          tables.client.send(
            new PutItemCommand({ TableName: table.name, Item: { PK: { S: PK }, SK: { S: SK } } }),
          ),
        );
      return [
        await put('é'.repeat(1024), 'é'.repeat(512)),
        await put(`${'é'.repeat(1024)}x`, 'x'),
        await put('x', `${'é'.repeat(512)}x`),
      ];
    },
  },
  {
    title: 'a key that is missing, empty or of another type is refused, in the table and in an index',
    aws: Array.from({ length: 5 }, () => 'ValidationException'),
    async observe(tables) {
      const table = await sessionsTable(tables);
      const put = (item: Item) =>
        outcomeOf(tables.client.send(new PutItemCommand({ TableName: table.name, Item: item })));
      return [
        await put({ PK: { S: 'p' } }),
        await put({ PK: { S: 'p' }, SK: { S: '' } }),
        await put({ PK: { S: 'p' }, SK: { N: '1' } }),
        await put({ PK: { S: 'p' }, SK: { S: 's' }, user_id: { BOOL: true }, last_activity: { S: 'x' } }),
        await put({ PK: { S: 'p' }, SK: { S: 's' }, user_id: { S: '' }, last_activity: { S: 'x' } }),
      ];
    },
  },
];
