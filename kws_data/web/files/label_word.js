// Which typed words can be a label: as `fault_of_word` of kws_data/labels.py says, so that nobody waits for the server to say no.

const MOST_SIGNS = 60;

// What is wrong with a word; empty where nothing is.
export function faultOfWord(typed) {
  const word = typed.normalize("NFC").trim().split(/\s+/).join("_");
  if (/^[_(]/.test(word)) {
    return "names that begin with _ or ( are of what is no word";
  }
  if (!/[\p{L}\p{N}]/u.test(word)) {
    return "a word has a letter or a digit";
  }
  if (/[/\\<>\p{Cc}\p{Co}\p{Cn}\p{Cs}]/u.test(word)) {
    return "a word has no slash, < or >, and only signs that are seen";
  }
  return [...word].length > MOST_SIGNS ? `a word has at most ${MOST_SIGNS} characters; more is running speech` : "";
}

// The label that is meant by what somebody typed, or what is wrong with it.
export function labelOf(typed, labels) {
  const meant = labels.find((one) => one.label === typed || one.name.toLowerCase() === typed.toLowerCase());
  return meant ? { label: meant.label, fault: "" } : { label: typed, fault: faultOfWord(typed) };
}
