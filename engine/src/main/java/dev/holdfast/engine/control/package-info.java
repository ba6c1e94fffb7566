/**
 * What Holdfast keeps beside a root: the control directory with its owner, locks and marker, the
 * folder of each transaction, and the list of roots.
 */
@NullMarked
package dev.holdfast.engine.control;

import org.jspecify.annotations.NullMarked;
