/* Moments that are kept as clips: with the word that was said, by whom (a pseudonym), and what that person agreed to. */

const CONSENTS = {
  research: "I am the person heard in this clip, or speak for them, and agree that it is used to train and test detectors. It is not published.",
  publication: "I am the person heard in this clip, or speak for them, and agree that it is used to train and test detectors and published under CC BY 4.0.",
};
const NOISE = "_background_noise_";

/* A name that a folder may have on any system; letters of all alphabets stay. */
const folderName = (word) => word.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}_-]+/gu, "_");

class Moments {
  constructor(rate) {
    this.rate = rate;
    this.clips = [];
  }

  add(samples, { word, speaker, consent, device }) {
    const number = this.clips.filter((clip) => clip.folder === folderName(word) && clip.speaker === speaker).length;
    const file = `${folderName(word)}/${speaker}_nohash_${number}.wav`;
    this.clips.push({ file, folder: folderName(word), word, speaker, consent, device, samples });
    return file;
  }

  /* A ZIP of all of them, in the layout that `kws import folder` takes. */
  zip() {
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const licence = (consent) => (consent === "publication" ? "CC-BY-4.0" : "");
    const rows = this.clips.map((clip) => [clip.file, clip.word, clip.speaker, clip.consent, licence(clip.consent), clip.device]);
    const table = [["file", "label", "speaker", "consent", "licence", "device"], ...rows];
    const text = table.map((row) => row.map(quoted).join(",") + "\r\n").join("");
    const wavs = this.clips.map((clip) => [clip.file, writeWav(clip.samples, this.rate)]);
    return writeZip([["metadata.csv", new TextEncoder().encode(text)], ...wavs]);
  }
}
