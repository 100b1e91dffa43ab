/** How graphs look here: few, wide, with their unit in the title and the threshold of the alarm as a line. */
import { GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';

export interface Graph {
  /** What is shown, and its unit. */
  readonly title: string;
  readonly left: readonly IMetric[];
  /** On an axis of their own. */
  readonly right?: readonly IMetric[];
  readonly lines?: readonly { readonly value: number; readonly label: string }[];
  /** Of the row's 24 columns. */
  readonly width: number;
  readonly stacked?: true;
  readonly height?: number;
}

export function graph({ title, left, right, lines, width, stacked, height = 6 }: Graph): IWidget {
  return new GraphWidget({
    title,
    left: [...left],
    ...(right === undefined ? {} : { right: [...right], rightYAxis: { min: 0, showUnits: false } }),
    leftYAxis: { min: 0, showUnits: false },
    leftAnnotations: (lines ?? []).map((line) => ({ ...line, color: '#d62728' })),
    stacked: stacked ?? false,
    width,
    height,
  });
}
