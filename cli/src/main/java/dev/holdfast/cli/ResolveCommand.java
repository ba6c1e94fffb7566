package dev.holdfast.cli;

import dev.holdfast.engine.Direction;
import dev.holdfast.engine.Holdfast;
import java.io.IOException;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resolve}: ends a transaction that is in doubt. */
@picocli.CommandLine.Command(
    header = "Ends transaction TX, which recovery could not end, in the direction that you say.",
    footer = {"", "Example:", "  holdfast resolve 12 --back"})
final class ResolveCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, last, or last~2")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Option(names = "--forward", description = "try again to finish it")
  private boolean forward;

  @Option(names = "--back", description = "try again to take it back")
  private boolean back;

  @Option(names = "--as-is", description = "accept the tree as it stands, on record")
  private boolean asIs;

  @Option(names = "--force", description = "even where paths have changed since or bytes are lost")
  private boolean force;

  @Override
  public ExitCode run(Session session) throws IOException {
    Direction direction = direction();
    try (Holdfast holdfast = session.guard(session.open(session.states().standard()))) {
      long sequence = reference.sequenceIn(holdfast);
      return new RecoveryResult(session.printer())
          .print(holdfast.resolve(sequence, direction, force), false);
    }
  }

  private Direction direction() throws UsageException {
    if ((forward ? 1 : 0) + (back ? 1 : 0) + (asIs ? 1 : 0) != 1) {
      throw new UsageException("resolve takes one of --forward, --back and --as-is");
    }
    if (asIs) {
      return Direction.AS_IS;
    }
    return forward ? Direction.FORWARD : Direction.BACK;
  }
}
