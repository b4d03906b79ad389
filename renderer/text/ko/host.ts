import type { Messages } from '../messages.ts'

export const host: Messages['host'] = {
  filesTitle: '공유할 파일과 폴더를 고르세요',
  foldersTitle: '공유할 폴더를 고르세요',
  destinationTitle: '파일을 둘 곳을 고르세요',
  note: 'Beeline이 실행되는 컴퓨터의 파일입니다.',
  path: '폴더',
  go: '이동',
  up: '상위 폴더',
  places: '위치',
  place: { home: '홈', downloads: '다운로드', desktop: '바탕 화면', disk: '디스크 전체' },
  entries: '파일과 폴더',
  emptyFolder: '빈 폴더입니다.',
  cut: '앞부분만 보입니다. 더 보려면 경로를 입력하세요.',
  useFolder: '이 폴더 사용',
  chooseCount: (count, text) => (count === 0 ? '선택' : `${text}개 선택`),
  open: '열기',
  name: '이름',
  size: '크기',
  willBeMade: '아직 없는 폴더입니다. 새로 만들어집니다.',
}
