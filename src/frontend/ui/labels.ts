/** Width of the labels of one column, in Grafana's spacing units of 8 px. */
export const LABEL_WIDTH = 16;
/** Width of the inputs beside them. */
export const INPUT_WIDTH = 48;
