// The service worker: notices on the lock screen, and one page for when there is no network. It keeps no page of anybody.
"use strict";

const CACHE = `leadbot-${KEPT.join("|")}`;
const NOT_OURS = /^\/(w|c|api|static)\//; // clients' chats, integrators, files

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name.startsWith("leadbot-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (KEPT.includes(url.pathname + url.search) && request.mode !== "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  } else if (request.mode === "navigate" && !NOT_OURS.test(url.pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  }
});

// A page speaks another language than the one that is kept.
self.addEventListener("message", (event) => {
  if (event.data === "offline") event.waitUntil(caches.open(CACHE).then((cache) => cache.add("/offline")));
});

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    return;
  }
  const show = self.registration.showNotification(said.title, {
    body: said.body, tag: said.tag, renotify: true, lang: said.lang, data: { url: said.url },
    icon: "/static/app/icon-192.png", badge: "/static/app/badge-96.png",
  });
  event.waitUntil(Promise.all([show, self.navigator.setAppBadge?.()]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data?.url;
  const url = new URL(typeof path === "string" && path.startsWith("/") ? path : "/board", self.location.origin);
  if (url.origin !== self.location.origin) return;
  const open = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const ours = windows.find((each) => !NOT_OURS.test(new URL(each.url).pathname));
    if (!ours) return self.clients.openWindow(url.href);
    await ours.focus();
    return ours.navigate(url.href).catch(() => self.clients.openWindow(url.href));
  };
  event.waitUntil(open());
});
