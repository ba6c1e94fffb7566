package dev.holdfast.testing.proof;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;

/**
 * Every sequence of operations up to a length, as one transaction and as a transaction each,
 * crashed at every step in every legal way; then random long histories.
 *
 * <pre>
 *   --length N     of the longest sequences (2)
 *   --histories N  how many random histories (200)
 *   --crashes N    of each of those (500)
 *   --seed N       of all that is left to chance (1)
 * </pre>
 */
public final class SequenceCampaign {
  private static final Set<String> OPTIONS = Set.of("length", "histories", "crashes", "seed");

  private SequenceCampaign() {}

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    Figures figures = new Figures();
    SequenceSweep sweep = new SequenceSweep(figures, options.number("seed", 1));
    try {
      for (int length = 1; length <= options.number("length", 2); length++) {
        sweep.all(length, true);
        if (length > 1) {
          sweep.all(length, false);
        }
        out.println(sweep.sequences() + " sequences up to length " + length + ": " + figures);
      }
      sweep.random((int) options.number("histories", 200), (int) options.number("crashes", 500));
    } catch (AssertionError e) {
      out.println(e.getMessage());
      out.println("violated after " + figures);
      return 1;
    }
    out.println("no violation: " + sweep.sequences() + " sequences, " + figures);
    return 0;
  }
}
