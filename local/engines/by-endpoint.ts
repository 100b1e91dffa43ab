/** One client for each engine: tables of several systems lie on several. */
export function byEndpoint<T>(make: (endpoint: string) => T): (endpoint: string) => T {
  const made = new Map<string, T>();
  return (endpoint) => {
    const client = made.get(endpoint) ?? make(endpoint);
    made.set(endpoint, client);
    return client;
  };
}
