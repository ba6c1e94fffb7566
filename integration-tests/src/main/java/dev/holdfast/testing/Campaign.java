package dev.holdfast.testing;

import dev.holdfast.testing.block.PowerCampaign;
import dev.holdfast.testing.history.HistoryCampaign;
import dev.holdfast.testing.kill.KillCampaign;
import dev.holdfast.testing.proof.FaultCampaign;
import dev.holdfast.testing.proof.SequenceCampaign;
import dev.holdfast.testing.proof.SimulationCampaign;
import dev.holdfast.testing.scale.ScaleCampaign;
import dev.holdfast.testing.services.ServiceCampaign;
import dev.holdfast.testing.wrap.WrapCampaign;
import java.util.Arrays;
import java.util.List;

/** Runs one long test campaign: {@code ./verify --campaign NAME [ARG]...} comes here. */
public final class Campaign {
  private Campaign() {}

  /** Exits with 0 if nothing was violated, 1 if something was, 2 if the usage is wrong. */
  @SuppressWarnings("SystemOut") // a campaign is a program
  public static void main(String[] arguments) throws Exception {
    String name = arguments.length == 0 ? "" : arguments[0];
    List<String> rest =
        Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    try {
      System.exit(
          switch (name) {
            case "simulation" -> SimulationCampaign.run(rest, System.out);
            case "scale" -> ScaleCampaign.run(rest, System.out);
            case "sequences" -> SequenceCampaign.run(rest, System.out);
            case "power" -> PowerCampaign.run(rest, System.out);
            case "faults" -> FaultCampaign.run(rest, System.out);
            case "history" -> HistoryCampaign.run(rest, System.out);
            case "services" -> ServiceCampaign.run(rest, System.out);
            case "kill" -> KillCampaign.run(false, rest, System.out);
            case "wrap" -> WrapCampaign.run(rest, System.out);
            case "kill-faults" -> KillCampaign.run(true, rest, System.out);
            default -> {
              System.err.println("verify: there is no campaign \"" + name + "\"");
              yield 2;
            }
          });
    } catch (CampaignUsageException e) {
      System.err.println("verify: " + e.getMessage());
      System.exit(2);
    }
  }
}
