/** Keeps the screen awake while a stream plays, where the browser can. The browser lets go whenever the page is hidden. */
export function createWake() {
  let wanted = false;
  let lock: WakeLockSentinel | undefined;
  let asking = false;

  const sync = async () => {
    if (!("wakeLock" in navigator) || asking) return;
    if (!wanted) {
      const held = lock;
      lock = undefined;
      await held?.release().catch(() => undefined);
      return;
    }
    if (lock && !lock.released) return;
    if (document.visibilityState !== "visible") return;
    asking = true;
    // Refused on a low battery; then the screen sleeps as it would anyway.
    lock = await navigator.wakeLock.request("screen").catch(() => undefined);
    asking = false;
    if (!wanted) void sync();
  };
  document.addEventListener("visibilitychange", () => void sync());
  return (playing: boolean) => {
    wanted = playing;
    void sync();
  };
}
