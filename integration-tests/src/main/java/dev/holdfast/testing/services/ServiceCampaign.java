package dev.holdfast.testing.services;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Services under runit and s6 while updates go through and are killed: without the gate, for the
 * control, and with it.
 *
 * <pre>
 *   --observations N  how many of gated services (10000)
 *   --services N      services for each supervisor (8)
 *   --minutes N       at most so long (20)
 *   --seed N          of what is left to chance (1)
 * </pre>
 */
public final class ServiceCampaign {
  private static final Set<String> OPTIONS = Set.of("observations", "services", "minutes", "seed");

  private ServiceCampaign() {}

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, InterruptedException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    int services = (int) options.number("services", 8);
    long seed = options.number("seed", 1);
    long wanted = options.number("observations", 10_000);
    Duration limit = Duration.ofMinutes(options.number("minutes", 20));
    ServiceFigures ungated =
        run(new ServiceProof.Settings(false, services, wanted / 10, limit, seed), "without", out);
    ServiceFigures gated =
        run(new ServiceProof.Settings(true, services, wanted, limit, seed), "with", out);
    gated.mixtures().stream().limit(20).forEach(out::println);
    gated.lost().stream().limit(20).forEach(out::println);
    boolean good =
        !ungated.mixtures().isEmpty()
            && gated.mixtures().isEmpty()
            && gated.lost().isEmpty()
            && gated.halfWay() > 0
            && gated.observations() >= wanted;
    out.println(good ? "no violation" : "violated, or not enough was seen");
    return good ? 0 : 1;
  }

  private static ServiceFigures run(ServiceProof.Settings settings, String how, PrintStream out)
      throws IOException, InterruptedException {
    Path base = Files.createTempDirectory("holdfast-services-");
    ServiceFigures figures = new ServiceProof(base, settings).run();
    out.println(how + " the gate: " + figures);
    return figures;
  }
}
