/** The message S3 sends for a new object (S3 user guide, "Event message structure"): keys are URL-encoded, with plus for a space. */

export interface NewObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly createdAtMs: number;
}

export function objectCreatedEvent(object: NewObject, region: string) {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(object.createdAtMs).toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'LOCAL' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {},
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'local',
          bucket: {
            name: object.bucket,
            ownerIdentity: { principalId: 'LOCAL' },
            arn: `arn:aws:s3:::${object.bucket}`,
          },
          object: {
            key: object.key.split('/').map(encodeForEvent).join('/'),
            size: object.bytes,
            eTag: object.etag,
            sequencer: object.createdAtMs.toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
}

const encodeForEvent = (part: string) => encodeURIComponent(part).replaceAll('%20', '+');
