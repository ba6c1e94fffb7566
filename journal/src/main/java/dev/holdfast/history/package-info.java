/** The SQL history that people query, derived from the journal. */
@NullMarked
package dev.holdfast.history;

import org.jspecify.annotations.NullMarked;
