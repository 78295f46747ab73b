/* Moments that are kept as clips: with the word that was said, by whom (a pseudonym), and what that person agreed to. */

const CONSENTS = {
  research: "I am the person heard in this clip, or speak for them, and agree that it is used to train and test detectors. It is not published.",
  publication: "I am the person heard in this clip, or speak for them, and agree that it is used to train and test detectors and published under CC BY 4.0.",
};
const NOISE = "_background_noise_";

const TOP = "kws-moments"; // the folder in the ZIP, and its name

/* The one spelling of a word, as `spelt` of kws_data/labels.py. */
const spelt = (text) => text.normalize("NFC").trim().split(/\s+/u).join("_");

/* Why a word that was typed is refused; empty where it is taken. */
function whyNot(word) {
  if (!spelt(word)) return "Write the word that was said.";
  if (/[/\\.<>]|\p{Cc}|\p{Cs}|\p{Bidi_Control}/u.test(word)) return "A word has no slash, dot, angle bracket or control character.";
  return "";
}

/* Words that an import takes for a split where a folder has that name, and names that Windows gives to no folder. */
const NO_FOLDERS = /^(train(ing)?|trn|val(id(ation)?)?|dev(elopment)?|test(ing)?|tst|eval|con|prn|aux|nul|(com|lpt)\d)$/i;

/* The word itself where any system takes it for a folder, else clip-N: the word stands in the table. */
const folderName = (word, number) => (/^\w[\w-]*$/.test(word) && !NO_FOLDERS.test(word) ? word : `clip-${number}`);

class Moments {
  constructor(rate) {
    this.rate = rate;
    this.clips = [];
  }

  add(samples, { word, speaker, consent, device }) {
    word = spelt(word);
    const folder = folderName(word, this.clips.length + 1);
    const same = (clip) => clip.folder.toLowerCase() === folder.toLowerCase(); // as Windows and macOS have it
    const number = this.clips.filter((clip) => same(clip) && clip.speaker === speaker).length;
    const file = `${folder}/${speaker}_nohash_${number}.wav`;
    this.clips.push({ file, folder, word, speaker, consent, device, samples });
    return file;
  }

  /* A ZIP of one folder with all of them, in the layout that `kws import folder` takes. */
  zip() {
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const licence = (consent) => (consent === "publication" ? "CC-BY-4.0" : "");
    const rows = this.clips.map((clip) => [clip.file, clip.word, clip.speaker, clip.consent, licence(clip.consent), clip.device]);
    const table = [["file", "label", "speaker", "consent", "licence", "device"], ...rows];
    const text = table.map((row) => row.map(quoted).join(",") + "\r\n").join("");
    const wavs = this.clips.map((clip) => [`${TOP}/${clip.file}`, writeWav(clip.samples, this.rate)]);
    return writeZip([[`${TOP}/metadata.csv`, new TextEncoder().encode(text)], ...wavs]);
  }
}
