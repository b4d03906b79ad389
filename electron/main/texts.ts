/** What the shell says outside of the page, in its languages. Pure. */

import type { Language } from '#shared/api/settings-views.ts'

const english = {
  show: 'Show Beeline',
  quit: 'Quit Beeline',
  idle: 'Beeline: nothing is moving',
  receiving: (count: number) => `receiving ${count}`,
  sending: (count: number) => `sending ${count}`,
  more: (count: number) => `${count} more…`,
  offered: 'Files are waiting for your answer',
  offeredBody: (title: string, name: string) => `${name === '' ? 'Somebody' : name} offers “${title}”.`,
  received: 'Received',
  receivedBody: (title: string) => `“${title}” is complete.`,
  failed: 'A transfer stopped',
  failedBody: (title: string) => `“${title}” stopped. Open Beeline to see why.`,
  delivered: 'Delivered',
  deliveredBody: (title: string, name: string) => `${name === '' ? 'Somebody' : name} has all of “${title}”.`,
  spread: 'You can close now',
  spreadBody: (title: string) => `The others hold all of “${title}” together, and can finish without you.`,
  inTray: 'Beeline is still running',
  inTrayBody: 'Transfers go on. You find Beeline in the tray, and can change this in the settings.',
  chooseFiles: 'Choose files to share',
  chooseFolders: 'Choose folders to share',
  chooseDestination: 'Choose where to put the files',
  cannotStart: 'Beeline cannot start',
}
export type Texts = typeof english

const korean: Texts = {
  show: 'Beeline 보기',
  quit: 'Beeline 종료',
  idle: 'Beeline: 진행 중인 전송이 없습니다',
  receiving: (count) => `받는 중 ${count}개`,
  sending: (count) => `보내는 중 ${count}개`,
  more: (count) => `외 ${count}개…`,
  offered: '받을 파일이 도착했습니다',
  offeredBody: (title, name) =>
    `${name === '' ? '상대방' : `${name} 님`}이 ‘${title}’ 파일을 보내려고 합니다. 받을지 선택하세요.`,
  received: '받기 완료',
  receivedBody: (title) => `‘${title}’을(를) 모두 받았습니다.`,
  failed: '전송이 중단됨',
  failedBody: (title) => `‘${title}’ 전송이 중단되었습니다. Beeline을 열어 이유를 확인하세요.`,
  delivered: '전달 완료',
  deliveredBody: (title, name) => `${name === '' ? '상대방' : name} 님이 ‘${title}’을(를) 모두 받았습니다.`,
  spread: '이제 닫아도 됩니다',
  spreadBody: (title) =>
    `받는 기기들이 ‘${title}’을(를) 나누어 모두 가지고 있어, 나 없이도 다 받을 수 있습니다.`,
  inTray: 'Beeline이 계속 실행 중입니다',
  inTrayBody: '전송은 계속됩니다. 트레이에서 Beeline을 열 수 있고, 설정에서 바꿀 수 있습니다.',
  chooseFiles: '공유할 파일 선택',
  chooseFolders: '공유할 폴더 선택',
  chooseDestination: '받을 위치 선택',
  cannotStart: 'Beeline을 시작할 수 없습니다',
}

/** @param locale of the system, for a person who has not chosen */
export function textsFor(language: Language, locale: string): Texts {
  const chosen = language === 'system' ? locale.toLowerCase().split('-')[0] : language
  return chosen === 'ko' ? korean : english
}
