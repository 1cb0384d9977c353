import { describe, expect, test } from 'vitest'
import { isCharacterKey, type KeyPress, keysLabel, matchesKeys } from './shortcuts.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

describe('shortcuts', () => {
  test('a letter fires alone, never with a modifier', () => {
    expect(matchesKeys('P', press('p'), false)).toBe(true)
    expect(matchesKeys('P', press('p', { ctrlKey: true }), false)).toBe(false)
    expect(matchesKeys('P', press('P', { shiftKey: true }), false)).toBe(false)
    expect(matchesKeys('P', press('p', { altKey: true }), false)).toBe(false)
  })
  test('Ctrl is Cmd on a Mac, and only there', () => {
    expect(matchesKeys('Ctrl+K', press('k', { ctrlKey: true }), false)).toBe(true)
    expect(matchesKeys('Ctrl+K', press('k', { metaKey: true }), false)).toBe(false)
    expect(matchesKeys('Ctrl+K', press('k', { metaKey: true }), true)).toBe(true)
  })
  test('shift counts for letters and named keys, not for characters made with it', () => {
    expect(matchesKeys('Ctrl+Shift+X', press('X', { ctrlKey: true, shiftKey: true }), false)).toBe(true)
    expect(matchesKeys('Ctrl+Shift+X', press('x', { ctrlKey: true }), false)).toBe(false)
    expect(matchesKeys('?', press('?', { shiftKey: true }), false)).toBe(true)
    expect(matchesKeys('Ctrl+Enter', press('Enter', { ctrlKey: true }), false)).toBe(true)
    expect(matchesKeys('Ctrl+Enter', press('Enter', { ctrlKey: true, shiftKey: true }), false)).toBe(false)
  })
  test('named keys', () => {
    expect(matchesKeys('Esc', press('Escape'), false)).toBe(true)
    expect(matchesKeys('Del', press('Delete'), false)).toBe(true)
    expect(matchesKeys('[', press('['), false)).toBe(true)
  })
  test('which keys text fields would take', () => {
    expect(['P', '?', '[', 'Esc', 'Del', 'Ctrl+K', 'Enter'].map(isCharacterKey)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })
  test('how they are written', () => {
    expect(keysLabel('Ctrl+Shift+X')).toBe('Ctrl ⇧ X')
    expect(keysLabel('Ctrl+Shift+X', true)).toBe('⌘ ⇧ X')
    expect(keysLabel('+')).toBe('+')
  })
})
