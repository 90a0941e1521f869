/** The variable by which the command tells the processes it starts in which folder to write. */
export const LEARN_FOLDER = 'OPENHANDS_EXPRESS_LEARN_FOLDER';

/** The variable by which it asks for the packages of the handlers, which only a proposal has a use for. */
export const LEARN_PACKAGES = 'OPENHANDS_EXPRESS_LEARN_PACKAGES';
