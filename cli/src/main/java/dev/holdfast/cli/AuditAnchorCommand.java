package dev.holdfast.cli;

import dev.holdfast.engine.Anchor;
import dev.holdfast.engine.Holdfast;
import java.io.IOException;

/** {@code audit anchor}: the head of the hash chain. */
@picocli.CommandLine.Command(
    header = "Prints the head of the hash chain, to be kept elsewhere.",
    description =
        "Whoever keeps it can tell later (`holdfast audit check --anchor FILE`) whether anything"
            + " before it was changed, or cut off. It is durable when it is printed.",
    footer = {"", "Example:", "  holdfast audit anchor | ssh vault 'cat >> anchors'"})
final class AuditAnchorCommand extends AbstractCommand {
  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    Anchor anchor;
    try (Holdfast holdfast = session.open(session.states().standard())) {
      anchor = holdfast.audit().anchor();
    }
    if (session.printer().isJson()) {
      session
          .printer()
          .object(json -> {
            json.writeStringField("journal", anchor.journal().toString());
            json.writeNumberField("records", anchor.head().records());
            json.writeStringField("hash", anchor.head().digest().toString());
            json.writeStringField("anchor", anchor.text());
          });
    } else {
      session.printer().line(anchor.text());
    }
    return ExitCode.DONE;
  }
}
