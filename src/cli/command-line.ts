/** How a person starts Recoup from a checkout; a command's name and arguments follow. */
export const COMMAND = 'npm run recoup --';
