import { Button, Code, CopyButton, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { account } from "@/texts/account";
import { session } from "@/texts/session";
import { saveFile } from "./saveFile";

const words = account.factor;

/** The recovery codes, which are shown this once. */
export function RecoveryCodes({ codes, onSaved }: { codes: string[]; onSaved: () => void }) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => shown.current?.focus(), []);
  const text = `${codes.join("\n")}\n`;
  return (
    <Stack ref={shown} tabIndex={-1}>
      <Text size="sm">{words.codesText}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing={4} component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label={words.codesTitle}>
        {codes.map((code) => (
          <li key={code}>
            <Code fz="sm" className="numbers">
              {code}
            </Code>
          </li>
        ))}
      </SimpleGrid>
      <Group>
        {"clipboard" in navigator && (
          <CopyButton value={text} timeout={2000}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy} leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}>
                {copied ? session.copied : session.copy}
              </Button>
            )}
          </CopyButton>
        )}
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={() => saveFile(words.fileName, text)}>
          {words.download}
        </Button>
      </Group>
      <Button onClick={onSaved}>{words.saved}</Button>
    </Stack>
  );
}
