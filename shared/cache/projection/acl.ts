/**
 * What the user of the projection may do in the cache, in the words of Redis's and Valkey's ACL: exactly what the files here
 * send. Values and versions under one prefix, compared and set by a script; their lives looked at; keys listed, whose names SCAN
 * tells whatever the patterns (Valkey, "ACL": "key permissions" bind commands that name keys).
 */
export const PROJECTION_ACL =
  '~analysis:* ~version:analysis:* -@all +get +mget +pttl +scan +set +del +eval +evalsha';
