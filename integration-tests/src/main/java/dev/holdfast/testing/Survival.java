package dev.holdfast.testing;

import dev.holdfast.testing.ContentChange.Write;
import dev.holdfast.testing.PowerCut.Mode;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Carries out a {@link PowerCut} on one volume after the other: chooses among the pending changes
 * and applies those chosen, in order, as far as each still makes sense without the ones left out.
 */
final class Survival {
  private static final List<Mode> MIXABLE =
      List.of(
          Mode.NONE, Mode.ALL, Mode.RANDOM, Mode.PREFIX, Mode.SUFFIX, Mode.ALL_BUT_ONE, Mode.TORN);

  private final PowerCut cut;
  private final RandomGenerator random;
  private int bit;

  Survival(PowerCut cut) {
    this.cut = cut;
    this.random = new SplittableRandom(cut.seed() * 31 + cut.mode().name().hashCode());
  }

  /** Returns what the device of one volume holds after the cut. */
  Image apply(Image durable, Pending[] pending, CrashModel model) {
    Mode mode = cut.mode() == Mode.MIXED ? MIXABLE.get(random.nextInt(MIXABLE.size())) : cut.mode();
    boolean[] kept = choose(mode, pending, model);
    Image image = durable;
    for (int i = 0; i < pending.length; i++) {
      Change change = pending[i].change();
      if (!(kept[i] || pending[i].durable()) || !change.appliesTo(image)) {
        continue;
      }
      boolean torn = mode == Mode.TORN && !pending[i].durable() && random.nextBoolean();
      image =
          torn && change instanceof Write write
              ? write.applyTorn(image, random, model.staleData())
              : change.applyTo(image);
    }
    return image;
  }

  private boolean[] choose(Mode mode, Pending[] pending, CrashModel model) {
    boolean[] kept = new boolean[pending.length];
    int moment = random.nextInt(pending.length + 1);
    int odds = 1 + random.nextInt(3);
    for (int i = 0; i < kept.length; i++) {
      kept[i] =
          switch (mode) {
            case NONE -> false;
            case ALL -> true;
            case RANDOM, TORN -> random.nextInt(4) < odds;
            case PREFIX -> i < moment;
            case SUFFIX -> i >= moment;
            case ALL_BUT_ONE -> i != moment;
            case SUBSET -> pending[i].durable() || (cut.seed() >>> bit++ & 1) == 1;
            case MIXED -> throw new IllegalStateException("a volume has one mode");
          };
    }
    if (model.isOrdered()) {
      keepPrefixOfMetadata(mode, pending, kept, moment);
    }
    return kept;
  }

  /** Replaces a choice among metadata that a journal cannot leave by one that it can. */
  private static void keepPrefixOfMetadata(
      Mode mode, Pending[] pending, boolean[] kept, int moment) {
    boolean open = true;
    for (int i = 0; i < kept.length; i++) {
      if (pending[i].change().isMetadata()) {
        open &=
            switch (mode) {
              case NONE -> false;
              case ALL -> true;
              case RANDOM, TORN, PREFIX, SUFFIX, ALL_BUT_ONE -> i < moment;
              case SUBSET -> kept[i] || pending[i].durable();
              case MIXED -> throw new IllegalStateException("a volume has one mode");
            };
        kept[i] = open;
      }
    }
  }
}
