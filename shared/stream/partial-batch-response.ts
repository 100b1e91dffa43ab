/** Plugs a settled batch into Powertools' batch utility, which speaks the partial batch response protocol. */
import { BasePartialBatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { checkpointOf, type Report } from './settle.ts';

/**
 * The lowest unsettled record is all a stream needs: the mapping rewinds to the lowest number reported (Lambda developer
 * guide, "Reporting batch item failures"). An identifier that names no record fails the whole batch: that is how a batch
 * is reported whose unsettled record has no number.
 */
export async function partialBatchResponse(
  records: readonly unknown[],
  report: Report,
): Promise<DynamoDBBatchResponse> {
  const processor = new SettledBatch(report);
  const event = { Records: records as DynamoDBRecord[] };
  return processPartialResponse(event, async () => undefined, processor, {
    processInParallel: true,
    throwOnFullBatchFailure: false,
  });
}

class Unsettled extends Error {
  constructor() {
    super('unsettled: the record is delivered again');
  }
}

class SettledBatch extends BasePartialBatchProcessor {
  readonly #report: Report;
  #next = 0;

  constructor(report: Report) {
    super(EventType.DynamoDBStreams);
    this.#report = report;
  }

  override async processRecord(record: DynamoDBRecord) {
    const index = this.#next++;
    return index < checkpointOf(this.#report)
      ? this.successHandler(record, undefined)
      : this.failureHandler(record, new Unsettled());
  }

  override processRecordSync(): never {
    throw new TypeError('a stream batch is processed asynchronously');
  }

  override collectDynamoDBFailures() {
    switch (this.#report.kind) {
      case 'all-settled':
        return [];
      case 'from-record':
        return [{ itemIdentifier: this.#report.sequenceNumber }];
      case 'whole-batch':
        return [{ itemIdentifier: '' }];
    }
  }
}
