/** Long histories, and what it costs to look back at them. */
@NullMarked
package dev.holdfast.testing.history;

import org.jspecify.annotations.NullMarked;
