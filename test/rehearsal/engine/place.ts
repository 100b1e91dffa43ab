/** Where the rehearsal's system is: an account and a region that only the emulator knows. */

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const STAGE = 'rehearsal';

/** The emulator takes any, and checks none. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What makes the AWS SDK, the CDK and the operator's command speak to the emulator instead of AWS. */
export function awsEnvironment(url: string) {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    // Profiles of the user's are no business of this.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
