import { describe, expect, test, vi } from 'vitest'
import { parseLayout } from './layout.ts'
import { ViewStore } from './view-store.ts'

describe('view store', () => {
  test('nothing is saved before the desk has said what it kept', () => {
    const view = new ViewStore()
    const save = vi.fn()
    view.setLayout({ theme: 'light' })
    view.restore(JSON.stringify({ density: 'compact' }), save)
    expect(save).not.toHaveBeenCalled()
    expect(view.store.getState().layout).toMatchObject({ theme: 'dark', density: 'compact' })
    view.setMonitor({ text: 'silv' })
    expect(parseLayout(save.mock.lastCall![0])).toMatchObject({
      density: 'compact',
      monitor: { text: 'silv', tab: 'urgency' },
    })
  })
  test('the screen is part of the layout, and closes what lies above it', () => {
    const view = new ViewStore()
    const save = vi.fn()
    view.restore('', save)
    view.open('palette')
    view.go({ screen: 'books', bookId: 'b 1' })
    expect(view.store.getState()).toMatchObject({ dialog: null, currentBookId: 'b 1', recentBookIds: ['b 1'] })
    expect(parseLayout(save.mock.lastCall![0]).screen).toBe('#/books/b%201')
  })
  test('recent books: latest first, each once, at most six', () => {
    const view = new ViewStore()
    for (const bookId of ['a', 'b', 'c', 'a', 'd', 'e', 'f', 'g']) view.go({ screen: 'books', bookId })
    expect(view.store.getState().recentBookIds).toEqual(['g', 'f', 'e', 'd', 'a', 'c'])
  })
  test('an unknown address changes nothing', () => {
    const view = new ViewStore({ screen: 'proposals' })
    view.goToAddress('#/risk')
    expect(view.store.getState().route).toEqual({ screen: 'proposals' })
    view.goToAddress('#/blotter/P-1')
    expect(view.store.getState().route).toEqual({ screen: 'blotter', parentId: 'P-1' })
  })
  test('at most three notices stand at once', () => {
    const view = new ViewStore()
    for (const text of ['1', '2', '3', '4']) view.notify(text)
    expect(view.store.getState().notices.map((notice) => notice.text)).toEqual(['2', '3', '4'])
    view.dismiss(view.store.getState().notices[0]!.id)
    expect(view.store.getState().notices.map((notice) => notice.text)).toEqual(['3', '4'])
  })
})
