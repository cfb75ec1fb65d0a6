// The rest of the chat: photos and documents, voice, the link that carries the talk elsewhere.
(() => {
  const chat = window.leadbotChat;
  if (!chat) return;
  const { page, byId, words, form, field, letters, talk, kept, keep } = chat;
  const chosen = form.elements.file, record = byId("record");

  // ---- photos: made small here, which a phone does in a second and a slow line does not ----

  const MOST_BYTES = 16 * 1024 * 1024, GOOD_BYTES = 380 * 1024, STALLED_MS = 30000;
  const SIDES = [1600, 1280, 1024], QUALITIES = [0.82, 0.7, 0.55];
  // Browsers that don't turn a photo upright by what the phone wrote into it would send it lying: there the server does.
  const turns = Boolean(window.CSS && CSS.supports && CSS.supports("image-orientation", "from-image"));

  function drawable(file) {
    return new Promise((done) => {
      const image = new Image(), url = URL.createObjectURL(file);
      image.onload = () => done({ image, url });
      image.onerror = () => {
        URL.revokeObjectURL(url);
        done(null);
      };
      image.src = url;
    });
  }
  function jpegOf(image, side, quality) {
    const share = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * share));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * share));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // what was see-through
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  }
  // The file as it is sent, and an address to show it by; none for what can't be shown.
  async function prepared(file) {
    const isHeic = /hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name);
    if (!/^image\//.test(file.type) && !isHeic) return { file, url: "" };
    const drawn = await drawable(file);
    if (!drawn) {
      if (isHeic) throw words.heic;
      return { file, url: "" };
    }
    const { image, url } = drawn, isPhoto = /jpe?g|hei[cf]|avif|webp/.test(file.type) || isHeic;
    if (!isHeic && (!turns || file.type === "image/gif" || (!isPhoto && file.size < GOOD_BYTES))) return { file, url };
    let best = null;
    for (const side of SIDES) {
      for (const quality of QUALITIES) {
        const small = await jpegOf(image, side, quality);
        if (small && (!best || small.size < best.size)) best = small;
        if (best && best.size <= GOOD_BYTES) break;
      }
      if (best && best.size <= GOOD_BYTES) break;
    }
    return { file: best || file, url };
  }

  // ---- files that survive a reload: in the browser's database, where it lets us ----

  function store(mode, act) {
    return new Promise((done) => {
      try {
        const opening = indexedDB.open("leadbot", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("files");
        opening.onerror = () => done(undefined);
        opening.onsuccess = () => {
          try {
            const asked = act(opening.result.transaction("files", mode).objectStore("files"));
            asked.onsuccess = () => (opening.result.close(), done(asked.result));
            asked.onerror = () => done(undefined);
          } catch {
            done(undefined);
          }
        };
      } catch {
        done(undefined);
      }
    });
  }
  // Where it does not, the site that framed us keeps them as text until they have been sent.
  const WAIT_MS = 4000;
  const isOurs = () => new Promise((done) => {
    try {
      const opening = indexedDB.open("leadbot", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("files");
      opening.onsuccess = () => (opening.result.close(), done(true));
      opening.onerror = () => done(false);
    } catch {
      done(false);
    }
  });
  async function lay(letter) {
    if (await isOurs()) return store("readwrite", (files) => files.put({ file: letter.file, name: letter.name }, letter.id));
    const reader = new FileReader();
    const put = () => letters.has(letter.id) && chat.tell("file", { id: letter.id, data: reader.result });
    reader.onload = () => [0, 1200, 3000].forEach((wait) => setTimeout(put, wait)); // the site's side may still be coming
    return reader.readAsDataURL(letter.file);
  }
  async function fetched(id) {
    const found = await store("readonly", (files) => files.get(id));
    return found ? found.file : asked(id);
  }
  function asked(id) {
    return new Promise((done) => {
      const hear = (event) => {
        const { data } = event;
        if (!chat.isHost(event) || !data || data.leadbot !== "file" || data.id !== id) return;
        removeEventListener("message", hear);
        clearInterval(asking);
        done(blobOf(data.data));
      };
      const began = Date.now(), asking = setInterval(() => {
        chat.tell("file", { id });
        if (Date.now() - began < WAIT_MS) return;
        clearInterval(asking);
        done(null);
      }, 300);
      addEventListener("message", hear);
    });
  }
  function blobOf(url) {
    const found = /^data:([\w/+.;=-]*?)(?:;base64),(.*)$/.exec(url || "");
    if (!found) return null;
    const text = atob(found[2]);
    return new Blob([Uint8Array.from(text, (letter) => letter.charCodeAt(0))], { type: found[1] });
  }
  const forget = (id) => {
    store("readwrite", (files) => files.delete(id));
    chat.tell("file", { id, isGone: 1 });
  };

  // ---- sending them ----

  async function attach(files) {
    for (const file of files) {
      if (file.size > MOST_BYTES && !/^image\//.test(file.type)) {
        chat.complain(words.big);
        continue;
      }
      const id = chat.newId(), name = file.name || words.photo;
      const letter = chat.put({ id, text: "", name, forget: () => forget(id) });
      letter.isPreparing = true;
      try {
        const { file: small, url } = await prepared(file);
        if (small.size > MOST_BYTES) throw words.big;
        letter.file = small;
        show(letter, url);
      } catch (why) {
        chat.drop(letter);
        chat.complain(typeof why === "string" ? why : words.failed);
        continue;
      }
      letter.isPreparing = false;
      send(letter);
    }
  }
  function send(letter) {
    keep({ queue: [...chat.waiting(), { id: letter.id, name: letter.name }] });
    lay(letter);
    sendFiles();
  }
  function show(letter, url) {
    if (!url) return;
    const image = Object.assign(new Image(), { src: url, alt: letter.name });
    image.onload = () => chat.toEnd();
    letter.bubble.textContent = "";
    const place = document.createElement("span");
    place.className = "file";
    place.append(image);
    letter.bubble.append(place);
  }

  // One after the other. There is no hurry but the line's: only a line that stands still is given up, and begun anew.
  let isUploading = false;
  async function sendFiles() {
    if (isUploading) return;
    isUploading = true;
    let letter;
    while ((letter = [...letters.values()].find((each) => each.file && !each.isRefused && !each.isPreparing))) {
      const answer = await upload(letter);
      if (!letters.has(letter.id)) continue; // called off, or known from elsewhere to have arrived
      if (answer && (await chat.heard(letter, answer)) !== "later") continue;
      if (!answer) chat.note(letter, words.queued, [words.cancel, () => callOff(letter)]);
      chat.failed();
      break;
    }
    isUploading = false;
    chat.plan();
  }
  function callOff(letter) {
    forget(letter.id);
    chat.drop(letter);
    if (letter.request) letter.request.abort();
  }
  function upload(letter, isAgain) {
    return new Promise((done) => {
      const request = new XMLHttpRequest(), { token } = kept();
      let clock;
      const lives = () => {
        clearTimeout(clock);
        clock = setTimeout(() => request.abort(), STALLED_MS);
      };
      const end = (answer) => {
        clearTimeout(clock);
        letter.request = null;
        done(answer);
      };
      letter.request = request;
      request.open("POST", chat.address("messages"));
      request.setRequestHeader("X-Visitor", token || "");
      request.upload.onprogress = ({ loaded, total }) => {
        lives();
        if (!letters.has(letter.id)) return request.abort();
        const share = Math.floor((loaded / total) * 100);
        if (share < 100) chat.note(letter, `${share} %`, [words.cancel, () => callOff(letter)]);
        else chat.note(letter, words.sending, [words.cancel, () => callOff(letter)]);
      };
      request.onload = async () => {
        if (request.status === 401 && !isAgain) {
          clearTimeout(clock);
          await chat.renew(token).catch(() => {});
          return done(await upload(letter, true));
        }
        const answer = { ok: request.status === 200, status: request.status, text: async () => request.responseText };
        chat.reached(answer);
        end(answer);
      };
      request.onerror = request.onabort = () => end(null);
      lives();
      request.send(chat.formOf(letter));
    });
  }
  chat.sendFiles = sendFiles;

  chosen.addEventListener("change", () => {
    const files = [...chosen.files];
    chosen.value = "";
    attach(files);
  });
  field.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData && clipboardData.files.length) attach([...clipboardData.files]);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer) attach([...event.dataTransfer.files]);
  });

  // What was not sent when the page went is sent now; what this browser could not keep is named, and not just gone.
  async function takeUp() {
    for (const { id, text, name } of chat.waiting()) {
      if (text || letters.has(id)) continue;
      const letter = chat.put({ id, text: "", name, isPreparing: true, forget: () => forget(id) }), file = await fetched(id);
      Object.assign(letter, { file, isPreparing: false });
      if (file) show(letter, /^image\//.test(file.type) ? URL.createObjectURL(file) : "");
      else {
        letter.isRefused = true;
        chat.note(letter, words.lost, [words.cancel, () => chat.drop(letter)]);
      }
    }
    sendFiles();
  }
  takeUp();

  // ---- voice ----

  // A second press sends, Escape throws away; so does whatever takes the chat from his eyes: nobody is recorded unseen.
  if (window.MediaRecorder && navigator.mediaDevices) {
    const usual = [record.getAttribute("aria-label"), field.placeholder], MOST_MS = 5 * 60 * 1000;
    let recorder = null, isDropped = false, asked = 0;
    record.hidden = false;
    const look = (isOn) => {
      record.setAttribute("aria-pressed", isOn);
      record.setAttribute("aria-label", isOn ? words.stop : usual[0]);
      if (!isOn) field.placeholder = usual[1];
    };
    const hush = () => {
      asked++; // a microphone that is only being asked for is not wanted any more
      isDropped = true;
      if (recorder) recorder.stop();
    };
    chat.hush = hush;
    record.addEventListener("click", async () => {
      if (recorder) return recorder.stop();
      record.disabled = true;
      const turn = ++asked, stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
      record.disabled = false;
      const stop = () => stream && stream.getTracks().forEach((track) => track.stop());
      if (turn !== asked || document.hidden) return stop();
      if (!stream) return chat.complain(words.microphone);
      const parts = [], began = Date.now(), mine = new MediaRecorder(stream);
      const tick = () => {
        const seconds = Math.floor((Date.now() - began) / 1000);
        field.placeholder = words.recording.replace("{}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
        if (seconds * 1000 >= MOST_MS && recorder) recorder.stop();
      };
      const clock = setInterval(tick, 500);
      recorder = mine;
      isDropped = false;
      mine.addEventListener("dataavailable", ({ data }) => parts.push(data));
      mine.addEventListener("stop", () => {
        stop();
        clearInterval(clock);
        recorder = null;
        look(false);
        if (isDropped || !parts.some((part) => part.size)) return;
        const id = chat.newId(), file = new Blob(parts, { type: mine.mimeType });
        send(chat.put({ id, text: "", name: words.voice, file, forget: () => forget(id) }));
      });
      mine.start();
      chat.complain();
      look(true);
      tick();
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !recorder) return;
      event.stopPropagation(); // the chat itself stays open
      hush();
    }, true);
    addEventListener("pagehide", hush);
    document.addEventListener("visibilitychange", () => document.hidden && hush());
  }

  // ---- the talk goes on elsewhere ----

  const carry = byId("carry");
  if (carry) {
    const link = carry.querySelector("input"), copy = carry.querySelector("button");
    carry.addEventListener("toggle", async () => {
      if (!carry.open || link.value) return;
      try {
        const answer = await chat.ask("link", new FormData());
        if (answer.ok) link.value = await answer.text();
      } catch {
        chat.complain(words.failed);
      }
    });
    copy.addEventListener("click", async () => {
      link.select();
      try {
        if (navigator.clipboard) await navigator.clipboard.writeText(link.value);
        else document.execCommand("copy");
      } catch {
        document.execCommand("copy");
      }
      copy.textContent = words.copied;
    });
  }
  // Whoever comes by such a link goes on with that talk; the secret does not stay in the address.
  async function carried() {
    const found = /^#talk=(.+)$/.exec(location.hash);
    if (!found || chat.isFramed) return;
    history.replaceState(null, "", location.pathname + location.search);
    try {
      const answer = await fetch(chat.address("carried"), { method: "POST", body: new URLSearchParams({ talk: found[1] }) });
      if (!answer.ok) return chat.complain(words.stale);
      keep({ token: await answer.text(), opened: 1 });
      for (const line of document.querySelectorAll("#log [data-seq],#log .by,#log .got")) line.remove();
      talk.last = talk.seen = 0;
      chat.poll();
    } catch {
      chat.complain(words.stale);
    }
  }
  carried();
})();
