package dev.holdfast.testing.wrap;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.kill.RealProgram;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Kills upgrades of a real Debian, wrapped.
 *
 * <pre>
 *   --kills N        so many runs that are to be killed (200)
 *   --seconds N      no longer than this
 *   --seed N         of the moments (1)
 *   --roots whole|parts  one way of naming roots alone
 *   --folder PATH    where the trees are; a file system that overlays can be made on (/var/tmp)
 * </pre>
 */
public final class WrapCampaign {
  private static final Set<String> OPTIONS = Set.of("kills", "seconds", "seed", "roots", "folder");
  private static final int REPORT_EVERY = 10;

  private WrapCampaign() {}

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    Optional<String> missing = DebianSystem.missing();
    if (missing.isPresent()) {
      throw new CampaignUsageException("cannot run: " + missing.get());
    }
    List<WrapRig.Roots> roots =
        switch (options.text("roots", "")) {
          case "" -> List.of(WrapRig.Roots.values());
          case "whole" -> List.of(WrapRig.Roots.WHOLE);
          case "parts" -> List.of(WrapRig.Roots.PARTS);
          default -> throw new CampaignUsageException("--roots takes whole or parts");
        };
    WrapFigures figures = new WrapFigures();
    List<String> violations =
        run(
            Path.of(options.text("folder", "/var/tmp")),
            roots,
            (int) options.number("kills", 200),
            Duration.ofSeconds(options.number("seconds", 1 << 30)),
            options.number("seed", 1),
            figures,
            out);
    out.println((violations.isEmpty() ? "no violation: " : "violated: ") + figures);
    return violations.isEmpty() ? 0 : 1;
  }

  /** Runs so many kills, in turn on roots of each kind, and returns the violations. */
  static List<String> run(
      Path parent,
      List<WrapRig.Roots> roots,
      int kills,
      Duration limit,
      long seed,
      WrapFigures figures,
      PrintStream out)
      throws IOException {
    Instant end = Instant.now().plus(limit);
    Path folder = Files.createTempDirectory(parent, "holdfast-wrap-");
    List<String> violations = new ArrayList<>();
    List<WrapRig> rigs = new ArrayList<>();
    try {
      Optional<DebianSystem> debian = DebianSystem.make(folder);
      if (debian.isEmpty()) {
        throw new IOException("no Debian with two versions of its packages can be fetched");
      }
      RealProgram program = RealProgram.prepare(Files.createDirectory(folder.resolve("program")));
      for (WrapRig.Roots each : roots) {
        Path place = Files.createDirectory(folder.resolve(each.name()));
        rigs.add(WrapRig.make(place, debian.get(), program, each, figures, seed));
      }
      rigs.getFirst().batch();
      for (int kill = 0; kill < kills && Instant.now().isBefore(end); kill++) {
        rigs.get(kill % rigs.size()).killOnce();
        if ((kill + 1) % REPORT_EVERY == 0) {
          out.println(figures);
        }
      }
    } catch (AssertionError e) {
      violations.add(String.valueOf(e.getMessage())); // the tree is no use any more
      out.println(e.getMessage());
    } finally {
      for (WrapRig rig : rigs) {
        rig.close();
      }
      Commands.run(parent, "rm -rf --one-file-system " + Commands.quoted(folder.toString()));
    }
    return violations;
  }
}
