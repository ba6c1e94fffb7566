package dev.holdfast.engine;

/** Watches long work. Called from the working thread, often; must be quick. */
@FunctionalInterface
public interface Progress {
  /** Nobody is watching. */
  Progress NONE = (_, _, _) -> {};

  /** What is being done. */
  enum Phase {
    COMPARING,
    STAGING,
    MAKING_DURABLE,
    APPLYING,
    RECOVERING
  }

  /**
   * Says how far it has come.
   *
   * @param phase what is being done
   * @param entries entries done so far in this phase
   * @param bytes bytes done so far in this phase
   */
  void advanced(Phase phase, long entries, long bytes);
}
