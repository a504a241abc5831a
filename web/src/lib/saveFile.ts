/** Has the browser save a file, where and as it saves all others. */
export function saveFile({ name, blob }: { name: string; blob: Blob }): void {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
