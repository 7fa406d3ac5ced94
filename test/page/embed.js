/*
 * Stands in for https://player.twitch.tv/js/embed/v1.js. It records every call in window.twitchCalls and fires the events
 * of the real script, in the real order and not before a frame could have answered. What a channel does is in its name:
 * gone_* is offline, ends_* plays and ends, gate_* asks its question and never plays, shy_* is blocked by the browser,
 * loud_* is blocked as long as it is not muted.
 * Like the real one it ignores setChannel before READY, and it refuses to start by itself when it is small or covered.
 */
(() => {
  window.twitchCalls = [];
  const record = (name, ...values) => window.twitchCalls.push([name, ...values]);
  window.Twitch = {
    Player: class {
      static READY = "ready";
      constructor(id, options) {
        record("new", options);
        window.twitchPlayer = this;
        this.listeners = new Map();
        this.channel = options.channel;
        this.muted = options.muted;
        this.volume = 1;
        this.ready = false;
        this.frame = document.createElement("iframe");
        this.frame.setAttribute("allow", "autoplay; fullscreen");
        this.frame.title = "Twitch";
        this.frame.width = options.width;
        this.frame.height = options.height;
        this.frame.src = `https://player.twitch.tv/?channel=${options.channel}&parent=${options.parent[0]}&muted=${options.muted}`;
        document.getElementById(id).append(this.frame);
        this.frame.addEventListener("load", () => {
          if (this.ready) return;
          setTimeout(() => {
            this.ready = true;
            this.fire("ready");
            if (options.autoplay) this.begin();
          }, 60);
        });
      }
      addEventListener(name, listener) {
        this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
      }
      fire(name) {
        record("event", name, this.channel);
        for (const listener of this.listeners.get(name) ?? []) listener();
      }
      later(ms, ...names) {
        const channel = this.channel;
        names.forEach((name, index) => {
          setTimeout(() => this.channel === channel && this.fire(name), ms * (index + 1));
        });
      }
      begin() {
        const { channel } = this;
        if (channel.startsWith("gone_")) return this.later(80, "offline");
        if (channel.startsWith("gate_")) return undefined;
        if (channel.startsWith("shy_") && !this.allowed) return this.later(40, "playbackBlocked");
        if (channel.startsWith("loud_") && !this.muted) return this.later(40, "playbackBlocked");
        this.later(50, "play", "playing");
        if (channel.startsWith("ends_"))
          setTimeout(() => this.channel === channel && this.later(40, "ended", "offline"), 900);
        return undefined;
      }
      setChannel(channel) {
        record("setChannel", channel, this.ready ? "ready" : "too early");
        if (!this.ready) return;
        this.channel = channel;
        this.begin();
      }
      getChannel() {
        return this.channel;
      }
      play() {
        record("play");
        this.allowed = true;
        this.begin();
      }
      pause() {
        record("pause");
        this.later(20, "pause");
      }
      setMuted(muted) {
        record("setMuted", muted);
        this.muted = muted;
      }
      getMuted() {
        return this.muted;
      }
      setVolume(volume) {
        record("setVolume", volume);
        this.volume = volume;
      }
      getVolume() {
        return this.volume;
      }
    },
  };
})();
