import { Kbd, Modal, Table, Text } from "@mantine/core";
import { leads as words } from "@/texts/leads";

/** What each key does. */
export function KeysDialog({ close }: { close: () => void }) {
  return (
    <Modal opened onClose={close} title={words.keys.title}>
      <Table>
        <Table.Tbody>
          {words.keys.list.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Th scope="row" w={140}>
                <Kbd>{keys}</Kbd>
              </Table.Th>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        {words.keys.off}
      </Text>
    </Modal>
  );
}
