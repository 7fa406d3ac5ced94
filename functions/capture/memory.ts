/** A bounded memory by login: beyond `limit`, what was set longest ago is forgotten. */
export function createMemory<T>(limit: number) {
  const values = new Map<string, T>();
  return {
    get: (key: string): T | undefined => values.get(key),
    set: (key: string, value: T): void => {
      values.delete(key);
      values.set(key, value);
      const oldest = values.keys().next().value;
      if (values.size > limit && oldest !== undefined) values.delete(oldest);
    },
    delete: (key: string): void => {
      values.delete(key);
    },
  };
}
