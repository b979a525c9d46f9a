import { describe, expect, it } from '@jest/globals';
import { screenSvg } from '../../scripts/picture/screen-svg.mjs';
import { screenOf } from '../../scripts/picture/terminal-screen.mjs';

const textOf = (output) => screenOf(output).map((line) => line.map(({ text }) => text).join(''));

describe('the screen behind a picture', () => {
  it('shows what stands after lines were written over', () => {
    expect(textOf('one\r\n10 %\r100 %\r\nend')).toEqual(['one', '100 %', 'end']);
    expect(textOf('a long line\r\u001b[Kshort')).toEqual(['short']);
    expect(textOf('first\nsecond\n\u001b[2F\u001b[Konce')).toEqual(['once', 'second']);
    expect(textOf('first\nsecond\n\u001b[2A\u001b[2Kagain\n\u001b[Jrest')).toEqual(['again', 'rest']);
  });

  it('keeps colours with the text that has them', () => {
    const [line] = screenOf('\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m');
    expect(line[0]).toEqual({ text: 'b', style: { bold: true } });
    expect(line.at(-1)).toEqual({ text: 'd', style: { colour: 'red' } });
  });

  it('refuses a sequence that it does not know instead of drawing something else', () => {
    expect(() => screenOf('\u001b[5S')).toThrow('escape sequence');
    expect(() => screenOf('\u001b]0;title')).toThrow('escape sequence');
  });

  it('is drawn with every stretch at its column and nothing unescaped', () => {
    const svg = screenSvg(screenOf('a <b> \u001b[32m&\u001b[39m'), 'run');
    expect(svg).toContain('>a &lt;b&gt;</text>');
    expect(svg).toContain(`x="${(18 + 6 * 8.4).toFixed(1)}"`);
    expect(svg).toContain('>&amp;</text>');
  });
});
