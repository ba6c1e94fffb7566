package dev.holdfast.engine.commit;

import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that recovery knows of one transaction when it decides. The expensive looks are asked
 * for only where the table needs them.
 */
interface RecoveryEvidence {

  /** Returns whether the marker is there, in any of the roots within reach. */
  boolean marker();

  /** Returns the state in the journal; null if the journal does not know the transaction. */
  @Nullable TransactionState state();

  /** Returns the plan's mode; merged where there is no plan. */
  DurabilityMode mode();

  /** Returns whether it is to outlive its process. */
  boolean lasting();

  /** Returns whether some root has the token {@code applied}. */
  boolean applied() throws IOException;

  /** Returns whether some root has the token {@code rolled_back}. */
  boolean rolledBack() throws IOException;

  /** Returns whether some root has the token {@code back}. */
  boolean back() throws IOException;

  /** Returns whether barrier 2 failed in this very boot. */
  boolean unsure() throws IOException;

  /** Returns whether {@code go} is there or any operation was executed. */
  boolean executed() throws IOException;

  /** Returns whether every operation that can be evidence was executed, where the marker is. */
  boolean complete() throws IOException;

  /**
   * Returns whether attributes or directory times of live entries are as the transaction sets them.
   * A power cut may keep these and lose {@code go}. No proof: others may have set them so.
   */
  boolean touched() throws IOException;

  /** Returns what is wrong with what is still staged; null if it is all there and intact. */
  @Nullable String damage() throws IOException;
}
