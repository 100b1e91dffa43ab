/** What each service says when it has too much to do, as it stands on the wire: the proxies say it in its place. */
export const TOO_MANY = {
  tables: http(
    '400 Bad Request',
    'application/x-amz-json-1.0',
    '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"too many"}',
  ),
  queues: http(
    '403 Forbidden',
    'application/x-amz-json-1.0',
    '{"__type":"com.amazonaws.sqs#RequestThrottled","message":"too many"}',
  ),
  search: http(
    '429 Too Many Requests',
    'application/json',
    '{"error":{"type":"es_rejected_execution_exception","reason":"too many"},"status":429}',
  ),
  gateway: http(
    '429 Too Many Requests',
    'application/json',
    '{"__type":"TooManyRequestsException","message":"too many"}',
  ),
  cache: "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
} as const;

function http(status: string, type: string, body: string): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
