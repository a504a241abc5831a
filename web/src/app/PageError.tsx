import { Button, Container } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { ErrorState } from "@/components/ErrorState";
import { common } from "@/texts/common";

/** In place of a page that failed, or could not be fetched: a newer version of the dashboard takes the older one's files away. */
export class PageError extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Container size="sm" py="xl">
        <ErrorState error={this.state.error} />
        <Button onClick={() => window.location.reload()}>{common.retry}</Button>
      </Container>
    );
  }
}
