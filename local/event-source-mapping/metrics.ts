/** The EventCount metrics of a mapping (docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html), as running totals of records. */

export interface EventCounts {
  PolledEventCount: number;
  FilteredOutEventCount: number;
  /** Once per record and invocation, so retries count again. */
  InvokedEventCount: number;
  FailedInvokeEventCount: number;
  /** Records the destination refused. Records given up without a destination are in no metric (recorded on AWS). */
  DroppedEventCount: number;
  OnFailureDestinationDeliveredEventCount: number;
}

export const noEvents = (): EventCounts => ({
  PolledEventCount: 0,
  FilteredOutEventCount: 0,
  InvokedEventCount: 0,
  FailedInvokeEventCount: 0,
  DroppedEventCount: 0,
  OnFailureDestinationDeliveredEventCount: 0,
});
