import type { Messages } from '../messages.ts'

export const settings: Messages['settings'] = {
  sections: { general: '일반', network: '네트워크', limits: '속도 제한', about: '정보' },
  saved: '저장했습니다',

  downloadFolder: '받는 폴더',
  downloadFolderHint: '다른 폴더를 고르지 않으면 받은 파일을 여기에 둡니다.',
  deviceName: '이 기기의 이름',
  deviceNameHint: '연결된 상대에게 보이는 이름입니다. 비워 둘 수 있습니다.',
  language: '언어',
  languageSystem: '시스템 설정대로',
  theme: '화면',
  themes: { system: '시스템 설정대로', light: '밝게', dark: '어둡게' },
  notifications: '알림',
  notificationsHint: '창이 뒤에 있을 때 받을 파일이 도착하거나, 받기가 끝나거나 실패하면 알립니다.',
  startAtLogin: '로그인할 때 시작',
  keepRunning: '창을 닫아도 계속 실행',
  keepRunningHint: '전송이 이어지고, 트레이 아이콘으로 창을 다시 열 수 있습니다.',
  checkUpdates: '업데이트 확인',
  checkUpdatesHint: '하루에 한 번 업데이트 서버에 묻습니다. 허락 없이 설치하지 않습니다.',

  coordinator: '코디네이터',
  coordinatorWords:
    '기기들을 서로 소개합니다. 모든 것이 링크의 키로 봉인되어 이름도, 내용도, 주소도 보지 못합니다.',
  coordinatorAddress: '주소',
  coordinatorPlaceholder: 'https://meet.example.org',
  coordinatorEmpty: '비워 두면 이 컴퓨터가 직접 소개하며, 같은 네트워크 안에서 쓸 수 있습니다.',
  coordinatorFull: '새 링크에 이 코디네이터가 들어가며, 닿을 수 있는 곳이면 어디서나 쓸 수 있습니다.',
  test: '시험',
  testing: '시험하는 중…',
  answersIn: (time) => `${time} 만에 응답합니다.`,

  route: '기기를 연결하는 방법',
  routes: {
    automatic: '자동',
    automaticWords: '되도록 직접 연결하고, 안 되면 중계를 거칩니다. 어느 쪽인지 늘 창에 보입니다.',
    direct: '직접 연결만',
    directWords: '중계를 쓰지 않습니다. 직접 갈 길이 없으면 연결되지 않습니다.',
    relay: '중계만',
    relayWords: '상대에게 내 주소를 숨깁니다. TURN 서버가 필요하고 대개 더 느립니다.',
  },
  relayMissing: '켜진 TURN 서버가 없어 아무와도 연결할 수 없습니다. 아래에서 추가하세요.',

  servers: 'STUN과 TURN 서버',
  serversWords:
    'STUN은 기기의 공인 주소를 알려 줍니다. TURN은 직접 갈 길이 없을 때 봉인된 패킷을 대신 전합니다. 목록에서 앞선 것을 쓰고, 그중 하나가 실패하면 나머지가 대신합니다.',
  serversNone:
    '아직 없습니다. 같은 네트워크의 기기끼리는 필요 없고, 코디네이터가 자기 서버를 알려 줄 수도 있습니다.',
  addServer: '서버 추가',
  testAll: '모두 시험',
  use: { used: '사용 중', spare: '대기', off: '꺼짐' },
  useHint: {
    used: '새 연결마다 씁니다.',
    spare: '앞선 서버가 실패하면 대신합니다.',
  },
  isOn: (url) => `${url} 사용`,
  moveUp: '위로',
  moveDown: '아래로',
  user: '사용자 이름',
  password: '비밀번호',
  passwordKept: '그대로 둠',
  passwordSystem: '시스템의 키 저장소에 보관합니다.',
  passwordFile: '내 계정만 읽을 수 있는 파일에 보관합니다.',
  url: '주소',
  urlHint: 'stun:호스트:3478 · turn:호스트:3478 · turn:호스트:3478?transport=tcp · turns:호스트:443',
  newServer: '새 서버',
  editServer: '서버 편집',
  removeServer: '이 서버를 제거할까요?',
  removeServerWords: (url) => `${url} 주소와 비밀번호를 잊습니다.`,

  steps: {
    resolve: '이름을 찾음',
    connect: '연결됨',
    answer: '응답함',
    allocate: '중계 주소를 받음',
    relay: '데이터가 중계를 지나감',
  },
  stepsRunning: {
    resolve: '이름을 찾는 중…',
    connect: '연결하는 중…',
    answer: '응답을 기다리는 중…',
    allocate: '중계 주소를 요청하는 중…',
    relay: '중계로 데이터를 보내는 중…',
  },
  passed: '잘 됩니다.',
  relayAddress: (address) => `중계 주소 ${address}`,
  publicAddress: (address) => `공인 주소는 ${address}입니다`,
  roundTrip: (time) => `왕복 ${time}`,
  failed: '되지 않습니다.',

  router: '공유기',
  portMapping: '공유기에 포트를 열도록 부탁',
  portMappingHint:
    'UPnP, NAT-PMP, PCP로 부탁해 더 많은 친구와 바로 연결합니다. Beeline이 끝나면 포트를 돌려줍니다.',

  tls: 'TLS 연결',
  tlsLanes: 'TCP가 통하면 TLS로도 연결',
  tlsLanesHint:
    '보통 연결에 더해 쓰며 더 빠릅니다. 같은 네트워크에서, 그리고 대부분의 공유기를 지나서도 됩니다. 전송을 시작할 때 몇 초 동안 포트를 열 수 있습니다.',

  lanes: '나란한 연결',
  lanesLabel: '기기 하나에 최대',
  lanesHint:
    '멀거나 손실이 있는 회선에서는 연결 여러 개가 하나보다 많이 나릅니다. Beeline은 도움이 되는 만큼만 열며, 1이면 다른 통신에 가장 많이 양보합니다. 이후에 시작하는 전송부터 적용됩니다.',

  proxy: 'HTTP 프록시',
  proxyWords:
    '프록시로만 밖에 나갈 수 있는 네트워크에서 씁니다. 코디네이터로 가는 길과, TCP나 TLS로 중계에 가는 길에 쓰입니다.',
  proxyAddress: '프록시',
  proxyPlaceholder: 'http://proxy.example.org:3128',
  proxyEmpty: '비워 두면 시스템 설정(환경 변수 HTTPS_PROXY와 NO_PROXY)을 따릅니다.',
  proxyFull: '시스템 설정 대신 이것을 씁니다. 로그인 정보는 넣을 수 없습니다.',

  ports: 'UDP 포트',
  portsWords: '방화벽이 특정 포트만 열어 줄 때 씁니다. 아니면 비워 두세요.',
  portFrom: '첫 포트',
  portTo: '끝 포트',
  portsBoth: '1024에서 65535 사이로 두 포트를 모두, 첫 포트가 끝 포트보다 크지 않게 쓰세요.',

  limitsWords: '비워 두면 제한이 없습니다. 진행 중인 전송에도 곧바로 적용됩니다.',
  limitAll: '모든 전송을 합쳐서',
  limitEach: '전송마다',
  down: '받기',
  up: '보내기',
  noLimit: '제한 없음',
  connections: '전송당 연결 수',
  connectionsHint: '한 전송이 한꺼번에 연결하는 기기의 수입니다.',
  queue: '대기열',
  downloadsAtOnce: '동시에 받을 개수',
  downloadsAtOnceHint:
    '나머지는 차례를 기다립니다. 0이면 모두 한꺼번에 받습니다. 나누기만 하는 것은 세지 않습니다.',
  seeding: '다 받은 것 나누기',
  seedingWords:
    '가진 사람이 다음 사람을 돕습니다. 비워 두면 직접 멈출 때까지, 둘 다 정하면 먼저 닿는 쪽까지 나눕니다.',
  seedRatio: '받은 양의 몇 배까지',
  seedHours: '몇 시간 동안',
  noSeedLimit: '제한 없음',
  unit: '단위',
  badLimit: '0보다 큰 수를 쓰거나 비워 두세요.',

  version: (version) => `버전 ${version}`,
  aboutWords:
    'Beeline은 친구에게 파일을 곧바로 보냅니다. 데이터는 종단 간 암호화되어 기기에서 기기로 가고, 여러 명이 받으면 서로 나누며, 중계는 직접 갈 길이 없을 때만 돕습니다.',
  licence:
    'MIT 라이선스의 자유 소프트웨어입니다. node-datachannel, libjuice, SQLite, Electron, React 등을 사용합니다.',
  checkNow: '지금 업데이트 확인',
  updates: {
    available: (version) => `버전 ${version}이 나왔습니다.`,
    downloading: (version) => `버전 ${version}을 내려받는 중…`,
    ready: (version) => `버전 ${version}이 준비되었습니다.`,
    failed: '업데이트를 가져오지 못했습니다.',
  },
  download: '내려받기',
  install: '설치하고 다시 시작',

  login: 'Beeline 열기',
  loginPassword: '이 Beeline은 비밀번호가 필요합니다.',
  loginToken: '터미널에 나온 주소를 여세요. 그곳에서 Enter를 누르면 새 주소가 나옵니다.',
  loginPaste: '또는 여기에 붙여 넣으세요',
  loginGo: '열기',
  loginWrong: '맞지 않습니다.',
  loginTooMany: '시도가 너무 많습니다. 1분 뒤에 다시 하세요.',
}
