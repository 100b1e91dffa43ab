import { expect, test } from 'vitest';
import { index, items, statuses, testEngine } from './test-engine.ts';

const taken: readonly string[] = [
  '{"title":null,"price":null,"day":[],"name":["a",5,true]}',
  '{"title":{"english":["a",5]}}',
  '{"title.english":"a name with dots"}',
  '{"price":"12.5"}',
  '{"price":""}',
  '{"price":1e126}',
  '{"count":1.9}',
  '{"total":9223372036854775807}',
  '{"day":"2024-02-29T10:00:00.123456+05:30"}',
  '{"day":"2024-05"}',
  '{"day":1714557600000}',
  '{"open":"true"}',
  '{"place":"12,77"}',
  '{"place":[77,12]}',
  '{"place":{"lat":"12","lon":77}}',
  '{"anything":[1,{"a":{}}]}',
];

const refused: Readonly<Record<string, readonly [type: string, cause?: string]>> = {
  '{"colour":1}': ['strict_dynamic_mapping_exception'],
  '{"title":{"french":"a"}}': ['strict_dynamic_mapping_exception'],
  '{"title":"a"}': ['mapper_parsing_exception'],
  '{"name":{"a":1}}': ['mapper_parsing_exception', 'illegal_state_exception'],
  '{"price":"cheap"}': ['mapper_parsing_exception', 'number_format_exception'],
  '{"price":true}': ['mapper_parsing_exception', 'json_parse_exception'],
  '{"price":1e400}': ['mapper_parsing_exception', 'illegal_argument_exception'],
  '{"count":2147483648}': ['mapper_parsing_exception', 'input_coercion_exception'],
  '{"total":9223372036854775808}': ['mapper_parsing_exception', 'input_coercion_exception'],
  '{"day":"yesterday"}': ['mapper_parsing_exception', 'illegal_argument_exception'],
  '{"day":"2023-02-29"}': ['mapper_parsing_exception', 'illegal_argument_exception'],
  '{"day":"2024-05-01 10:00"}': ['mapper_parsing_exception', 'illegal_argument_exception'],
  '{"open":1}': ['mapper_parsing_exception', 'json_parse_exception'],
  '{"place":{"lat":95,"lon":1}}': ['mapper_parsing_exception', 'illegal_argument_exception'],
  '{"place":{"lat":1}}': ['mapper_parsing_exception', 'parse_exception'],
  '{"place":{"lat":1,"lon":2,"z":3}}': ['mapper_parsing_exception', 'parse_exception'],
  '{"eventId":{"a":1}}': ['mapper_parsing_exception', 'illegal_state_exception'],
  [`{"name":"${'x'.repeat(32_767)}"}`]: ['illegal_argument_exception', 'max_bytes_length_exceeded_exception'],
  '{"name":': ['mapper_parsing_exception', 'json_parse_exception'],
  '[1]': ['mapper_parsing_exception', 'not_x_content_exception'],
  ' ': ['mapper_parsing_exception'],
};

for (const source of taken) {
  test(`OpenSearch takes ${source}`, () => {
    expect(statuses(testEngine().bulk(index('a', 1), source))).toEqual([201]);
  });
}

for (const [source, [type, cause]] of Object.entries(refused)) {
  test(`OpenSearch refuses ${source.slice(0, 60)} with ${type}`, () => {
    const [item] = items(testEngine().bulk(index('a', 1), source));
    const error = { type, ...(cause && { caused_by: { type: cause } }) };
    expect(item).toMatchObject({ status: 400, error });
  });
}

test('a value that is refused is quoted with its own digits, as OpenSearch does: nobody may log it', () => {
  const [item] = items(testEngine().bulk(index('a', 1), '{"count":12345678901234567890123}'));
  expect(item?.error?.reason).toContain("Preview of field's value: '12345678901234567890123'");
});

test('a malformed document is refused before its version is looked at', () => {
  const { bulk } = testEngine();
  expect(statuses(bulk(index('a', 5), {}, index('a', 1), { colour: 'red' }))).toEqual([201, 400]);
});
