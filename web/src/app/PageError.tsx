import { Button, Container } from "@mantine/core";
import { useRouteError } from "react-router";
import { ErrorState } from "@/components/ErrorState";
import { common } from "@/texts/common";

/** A page that failed to load, or failed: the others still work. A new version of the dashboard takes the old one's files away. */
export function PageError() {
  const error = useRouteError();
  return (
    <Container size="sm" py="xl">
      <ErrorState error={error} />
      <Button onClick={() => window.location.reload()}>{common.retry}</Button>
    </Container>
  );
}
