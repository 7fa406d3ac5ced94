/** Resolves when the page has been painted once: what is not needed for that (the players) is asked for afterwards. */
export function firstPaint(): Promise<void> {
  return new Promise((resolve) => {
    // A browser that reports no paint, or a page opened in the background.
    const late = setTimeout(resolve, 2_000);
    const done = () => {
      clearTimeout(late);
      resolve();
    };
    if (!PerformanceObserver.supportedEntryTypes?.includes("paint")) return;
    new PerformanceObserver((list, observer) => {
      if (list.getEntriesByName("first-contentful-paint").length === 0) return;
      observer.disconnect();
      done();
    }).observe({ type: "paint", buffered: true });
  });
}
