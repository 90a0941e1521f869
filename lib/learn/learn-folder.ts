/** The variable by which the command tells the processes it starts in which folder to write. */
export const LEARN_FOLDER = 'OPENHANDS_EXPRESS_LEARN_FOLDER';
