package dev.rootlessnetwork.api;

/** Aspects of an object that its status tells of; the names are those of the conditions' types. */
public enum ConditionType {
    /** slirp4netns is up, and every forward is active. */
    Ready,
    /** slirp4netns is up. */
    SlirpReady,
    /** Every forward is active. */
    PortsReady,
    /** Being worked on or retried; kstatus reads it as in progress. */
    Reconciling,
    /** Only a change by a person helps; kstatus reads it as failed. */
    Stalled
}
