// Photos are made small before they are sent: a phone's 6 MB on a site's network is a minute. Without this the server
// does it alone.
"use strict";

const LONGEST = 1280;

async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size < 300000) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.9); });
  return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("input[data-portrait]") || input.files.length !== 1 || input.dataset.shrinking) return;
  input.dataset.shrinking = "yes";
  try {
    const small = await shrink(input.files[0]);
    if (small !== input.files[0]) {
      const held = new DataTransfer();
      held.items.add(small);
      input.files = held.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  } catch {
    // not a picture this browser can open: the server says so, in words
  } finally {
    delete input.dataset.shrinking;
  }
});
