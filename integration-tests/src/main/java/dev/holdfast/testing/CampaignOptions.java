package dev.holdfast.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments of a campaign: pairs of {@code --name value}. */
public final class CampaignOptions {
  private final Map<String, String> values = new LinkedHashMap<>();

  private CampaignOptions() {}

  /** Reads the arguments; each name must be one of {@code known}. */
  public static CampaignOptions parse(List<String> arguments, Set<String> known)
      throws CampaignUsageException {
    CampaignOptions options = new CampaignOptions();
    for (int i = 0; i < arguments.size(); i += 2) {
      String name = arguments.get(i);
      if (!name.startsWith("--") || !known.contains(name.substring(2))) {
        throw new CampaignUsageException("no option " + name + ", only --" + known);
      }
      if (i + 1 == arguments.size()) {
        throw new CampaignUsageException(name + " needs a value");
      }
      options.values.put(name.substring(2), arguments.get(i + 1));
    }
    return options;
  }

  /** Returns a text. */
  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** Returns a number. */
  public long number(String name, long otherwise) throws CampaignUsageException {
    try {
      return Long.parseLong(values.getOrDefault(name, Long.toString(otherwise)));
    } catch (NumberFormatException e) {
      throw new CampaignUsageException("--" + name + " needs a number: " + e.getMessage());
    }
  }

  /** Returns whether it was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }
}
