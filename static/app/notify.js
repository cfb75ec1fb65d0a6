// Notices: a sound and a count in an open page, push in a closed one. Loaded by every page behind the log-in.
"use strict";

(() => {
  const me = document.body.dataset.user ?? "";
  const OWNER = "leadbot-push"; // whose notices this browser takes
  const RANG = "leadbot-rang"; // what one of the open pages has rung for
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private windows */ } };

  // --- a sound, and how many leads came while nobody looked ---
  let audio = null;
  let known = null; // the newest lead and the clients who wait, as this page knows them
  let seen = null; // the newest lead that somebody could see
  const wakeAudio = () => { audio ??= window.AudioContext ? new AudioContext() : null; audio?.resume(); };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, wakeAudio, { once: true });

  function ring(mark) {
    if (read(RANG) === mark || audio?.state !== "running") return;
    write(RANG, mark);
    [[660, 0], [880, 0.16]].forEach(([pitch, after]) => {
      const [tone, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + after];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    });
    document.documentElement.dataset.rang = mark;
  }

  leadbot.bind("[data-lead][data-waits]", (element) => {
    const now = { lead: Number(element.dataset.lead), waits: Number(element.dataset.waits) };
    const isMore = known && (now.lead > known.lead || now.waits > known.waits);
    if (isMore && element.dataset.sound) ring(`${now.lead}.${now.waits}`);
    known = now;
    if (seen === null || !document.hidden) seen = now.lead;
    const count = Number(element.dataset.fresh) + Number(element.textContent.match(/\d+/)?.[0] ?? 0);
    count ? navigator.setAppBadge?.(count).catch(() => {}) : navigator.clearAppBadge?.().catch(() => {});
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && known) seen = known.lead; });
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id === "unread" && seen !== null) event.detail.parameters.since = seen;
  });

  // --- the service worker ---
  if (!("serviceWorker" in navigator)) return;
  const { lang } = document.documentElement;
  navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then((registration) => {
    if (read("leadbot-offline") !== lang) registration.active?.postMessage("offline");
    write("leadbot-offline", lang);
    if ("pushManager" in registration) keepPush(registration);
  }).catch(() => {});

  // Somebody else has logged in here: what was for the one before must not be shown. Else the server is told once a visit.
  async function keepPush(registration) {
    const subscription = await registration.pushManager.getSubscription();
    if (!subscription) return;
    if (read(OWNER) !== me) return void subscription.unsubscribe();
    if (sessionStorage.getItem(OWNER)) return;
    sessionStorage.setItem(OWNER, "told");
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    await fetch("/settings/profile/notifications/push", { method: "POST", headers, body: new URLSearchParams(keysOf(subscription)) });
  }

  function keysOf(subscription) {
    const { endpoint, keys } = subscription.toJSON();
    return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
  }

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  }

  // data-push: the part of the profile page where it is switched on; what can't be done here says why.
  leadbot.bind("[data-push]", (part) => {
    const say = (state) => part.querySelectorAll("[data-push-says]").forEach((each) => { each.hidden = each.dataset.pushSays !== state; });
    const isPhoneOfApple = /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
    if (!("PushManager" in window)) return say(isPhoneOfApple ? "install" : "unsupported");
    if (Notification.permission === "denied") return say("denied");
    const button = part.querySelector("[data-push-on]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        if ((await Notification.requestPermission()) !== "granted") return say("denied");
        const registration = await navigator.serviceWorker.ready;
        await (await registration.pushManager.getSubscription())?.unsubscribe();
        const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(part.dataset.push) });
        const form = part.querySelector("[data-push-form]");
        for (const [name, value] of Object.entries(keysOf(subscription))) form.elements[name].value = value;
        write(OWNER, me);
        sessionStorage.setItem(OWNER, "told");
        form.requestSubmit();
      } catch {
        say("failed");
      } finally {
        button.disabled = false;
      }
    });
  });
})();
