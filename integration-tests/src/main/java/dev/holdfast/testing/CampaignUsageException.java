package dev.holdfast.testing;

/** The arguments of a campaign make no sense. */
public final class CampaignUsageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates one with what is wrong. */
  public CampaignUsageException(String message) {
    super(message);
  }
}
