/** 전송 하나를 자세히 볼 때 쓰는 말. */

import type { Messages } from '../messages.ts'

export const details: Messages['details'] = {
  region: (title) => `“${title}” 자세히`,
  close: '자세히 닫기',
  tabs: '자세히',
  connections: '연결',
  files: '파일',
  overview: '개요',
  copyLink: '링크 복사',
  reveal: '폴더 열기',
  progress: '진행률',
  ofTotal: (done, total) => `${total} 중 ${done}`,
  left: (time) => `${time} 남음`,
  down: (rate) => `받기 ${rate}`,
  up: (rate) => `보내기 ${rate}`,
  coordinatorOffline:
    '코디네이터에 닿을 수 없어 지금은 새 기기가 이 전송을 찾지 못합니다. 이미 맺은 연결은 그대로입니다.',

  missing: {
    pieces: (_count, text) => `조각 ${text}개`,
    more: (_count, text) => `그 밖에 ${text}개`,
    sentence: (pieces, size, inFiles, names) =>
      `연결된 기기 가운데 ${inFiles}의 ${pieces}(${size})를 가진 기기가 없습니다: ${names}. 가진 사람이 다시 접속하면 이어집니다.`,
  },
  canLeave: '받는 기기들이 나누어 모두 가지고 있습니다. Beeline을 닫아도 서로 나누어 끝까지 받습니다.',

  swarm: {
    you: '이 기기',
    unnamed: '이름 없는 기기',
    picture: (parts) => `연결 지도: 이 기기와 ${parts}.`,
    counted: {
      lan: (count) => `같은 네트워크 ${count}대`,
      direct: (count) => `직접 연결 ${count}대`,
      relayed: (count) => `중계 ${count}대`,
      connecting: (count) => `연결 중 ${count}대`,
      failed: (count) => `닿지 못함 ${count}대`,
    },
    more: (_count, text) => `그 밖에 ${text}대`,
    legend: '연결의 종류',
    legendLan: '같은 네트워크',
    legendDirect: '직접 연결',
    legendRelayed: '중계',
  },

  peers: {
    list: '연결된 기기',
    connecting: '연결 중…',
    failed: '닿지 못함',
    has: (percent) => `${percent} 가짐`,
    hasAll: '전부 가짐',
    roundTrip: '왕복 시간',
    roundTripIs: (time) => `왕복 ${time}`,
    received: (size) => `${size} 받음`,
    sent: (size) => `${size} 보냄`,
    show: (name) => `${name}의 기술 정보`,
    lanes: (_count, text) => `통로 ${text}개`,
    lane: (text) => `통로 ${text}`,
    laneOpening: '여는 중',
    here: '이쪽',
    there: '상대쪽',
    protocol: '전송 방식',
    protocols: { udp: 'UDP 위의 WebRTC', tcp: 'TCP 연결', tls: 'TCP 위의 TLS' },
    copyAddress: (address) => `${address} 복사`,
    laneLeaving: '더 나은 통로에 넘기는 중이며, 남은 것이 지나가면 닫힙니다.',
    betterRoute: {
      trying: '지금 직접 가는 길을 시도하고 있습니다. 그동안에도 전송은 이어집니다.',
      later: '직접 가는 길을 나중에 다시 찾아보고, 찾으면 끊김 없이 옮겨 갑니다.',
    },
    tls: {
      trying: '더 빠른 TLS 연결을 함께 시도하고 있습니다.',
      blocked: '더 빠른 TLS 연결을 시도했지만 방화벽이나 네트워크가 TCP를 막습니다. 지금 연결로 계속합니다.',
    },
    types: {
      host: '기기 자체의 주소',
      srflx: '공유기 바깥에서 보이는 주소',
      prflx: '오가는 길에서 알게 된 주소',
      relay: '중계 서버의 주소',
    },
  },

  route: {
    lan: '같은 네트워크에 있습니다.',
    direct: '사이에 아무것도 두지 않고 바로 연결되었습니다.',
    relayed: '중계 서버를 거칩니다. 서버는 내용을 읽을 수 없습니다.',
    unknown: '연결되었습니다. 경로를 확인하는 중…',
    connecting: '네트워크, 양쪽 공유기, 중계까지 모든 길을 시도하고 있습니다…',
    tls: {
      'same-device': 'LAN, TLS: 이 컴퓨터의 다른 Beeline입니다.',
      'same-network': 'LAN, TLS: 같은 네트워크에 있어 데이터가 밖으로 나가지 않습니다.',
      hairpin: '같은 공유기, TLS: 공유기가 패킷을 되돌려 주어 그 밖으로 나가지 않습니다.',
      'public-address': '직접, TLS: 한쪽을 어디서나 부를 수 있어 바로 연결되었습니다.',
      'port-mapped': '직접, TLS: Beeline의 부탁으로 공유기가 포트를 열어 주어 바로 연결되었습니다.',
      'hole-punched': '직접, TLS: 양쪽 공유기가 서로의 패킷을 들여보내 바로 연결되었습니다.',
    },
    reached: {
      'same-device': '이 컴퓨터의 다른 Beeline입니다.',
      'same-network': '같은 네트워크에 있어 데이터가 밖으로 나가지 않습니다.',
      hairpin: '같은 공유기 안에 있고, 공유기가 패킷을 되돌려 주어 그 밖으로 나가지 않습니다.',
      'public-address': '한쪽을 어디서나 부를 수 있어 바로 연결되었습니다.',
      'port-mapped': 'Beeline의 부탁으로 공유기가 포트를 열어 주어 바로 연결되었습니다.',
      'hole-punched': '양쪽 공유기가 서로의 패킷을 들여보내 바로 연결되었습니다.',
    },
    via: {
      host: (host) => `${host} 서버를`,
      both: (host) => `${host} 서버와 상대쪽 중계 서버를`,
      theirs: '상대쪽 중계 서버를',
      somewhere: '중계 서버를',
    },
    because: (via, why) => `${why} ${via} 거칩니다.`,
    looking: (via) => `지금은 ${via} 거치며, 직접 가는 길을 아직 찾고 있습니다.`,
    why: {
      'relay-only': '내 주소를 숨기도록 정해서',
      'relay-only-there': '상대가 자기 주소를 숨기도록 정해서',
      'udp-blocked': '이쪽 네트워크가 UDP를 내보내지 않아',
      'udp-blocked-there': '상대쪽 네트워크가 UDP를 내보내지 않아',
      'no-common-family': '한쪽은 IPv4만, 다른 쪽은 IPv6만 쓸 수 있어',
      'changing-ports': '이쪽 공유기는 목적지마다 다른 포트를 쓰고, 상대쪽 공유기는 아는 포트만 들여보내',
      'changing-ports-there':
        '상대쪽 공유기는 목적지마다 다른 포트를 쓰고, 이쪽 공유기는 아는 포트만 들여보내',
      'changing-ports-both': '양쪽 공유기가 모두 목적지마다 다른 포트를 써서',
      'no-direct-path': '바로 가는 길로는 패킷이 지나가지 못해',
    },
    help: {
      udp: '다른 네트워크를 쓰거나 방화벽이 UDP를 내보내면 바로 연결됩니다.',
      udpThere: '상대쪽 방화벽이 UDP를 내보내면 바로 연결됩니다.',
      family: '양쪽 모두 IPv6를 쓸 수 있으면 바로 연결됩니다.',
      ports: '양쪽이 IPv6를 쓰거나 이쪽 공유기가 포트를 열어 주면 바로 연결됩니다.',
      portsThere: '양쪽이 IPv6를 쓰거나 상대쪽 공유기가 포트를 열어 주면 바로 연결됩니다.',
    },
  },

  history: {
    label: '지금까지의 경로',
    kinds: { lan: '같은 네트워크', direct: '직접 연결', relayed: '중계' },
    lasted: (kind, time) => `${time} 동안 ${kind}`,
    since: (kind) => `그 뒤로 ${kind}`,
    unchanged: (opened, kind) => `${opened} 만에 연결, 처음부터 ${kind}.`,
    changed: (opened, stays) => `${opened} 만에 연결: ${stays}.`,
    changedOften: (opened, changes, stays) =>
      `${opened} 만에 연결, 경로가 ${changes}번 바뀜. 최근에는 ${stays}.`,
  },

  nobody: {
    offlineTitle: '코디네이터에 닿을 수 없습니다',
    offline: '코디네이터는 기기들을 서로 소개합니다. Beeline이 계속 다시 시도합니다.',
    connectingTitle: '코디네이터에 묻는 중…',
    connecting: '코디네이터는 기기들을 서로 소개합니다.',
    preparingTitle: '준비하는 중',
    preparing: '파일을 살펴보고 나면 링크를 쓸 수 있습니다.',
    sendTitle: '연결된 기기가 없습니다',
    send: '링크를 전해 주세요. 링크를 연 기기가 데이터가 지나는 경로와 함께 여기에 나타납니다.',
    sendNetwork:
      '같은 네트워크에 있는 사람에게 링크를 전해 주세요. 링크를 연 기기가 데이터가 지나는 경로와 함께 여기에 나타납니다.',
    passTitle: '지금은 필요한 기기가 없습니다',
    pass: '모두 받았습니다. 아직 필요한 기기는 여기서도 받아 갈 수 있습니다.',
    getTitle: '파일을 가진 기기가 접속해 있지 않습니다',
    get: '누군가 접속하면 저절로 이어집니다. 보낸 사람에게 Beeline을 켜 달라고 하세요.',
    askTitle: '답을 기다립니다',
    ask: '동의하기 전에는 아무것도 받지 않습니다.',
    queuedTitle: '차례를 기다리는 중',
    queued: (position) => `대기열 ${position}번째입니다. 다른 받기가 끝나면 저절로 시작합니다.`,
    pausedTitle: '일시 중지됨',
    paused: '연결하지 않습니다. 받은 것은 남아 있습니다.',
    stoppedTitle: '지금은 공유하지 않습니다',
    stopped: '아무도 파일을 받을 수 없습니다. 다시 공유하면 같은 링크가 다시 통합니다.',
    finishedTitle: '모두 받았습니다',
    finished: '모든 파일이 여기에 있고, 더는 나누지 않습니다.',
    failedTitle: '멈췄습니다',
  },

  tree: {
    loading: '불러오는 중…',
    empty: '빈 폴더',
    symlink: '심볼릭 링크',
    done: '완료',
    priority: { low: '낮은 우선순위', high: '높은 우선순위', mixed: '서로 다른 우선순위' },
    unwanted: '받지 않음',
    failed: '이 폴더를 읽지 못했습니다. 누르면 다시 시도합니다.',
  },
  chooser: {
    label: '파일',
    hint: '받을 것을 고르세요. 나머지는 받지 않습니다.',
    changed: (files, size) => `받을 것: ${files}, ${size}`,
    changedUnknown: '고른 것이 바뀌었습니다.',
    nothing: '파일을 하나 이상 고르세요.',
    inOrder: '처음부터 차례로',
    inOrderHint: '앞에서부터 받아, 다 받기 전에도 영상을 열 수 있습니다.',
    priorityOf: (name) => `‘${name}’의 우선순위`,
    mixed: '서로 다름',
    apply: '적용',
    discard: '되돌리기',
    unlisted: '파일 목록이 아직 오지 않았습니다. 목록을 가진 기기와 연결되면 나타납니다.',
  },

  options: {
    title: '옵션',
    priority: '우선순위',
    priorities: { low: '낮음', normal: '보통', high: '높음' },
    priorityHint: '대기열에서 먼저 시작하고, 함께 쓰는 속도 제한에서 더 많이 가집니다.',
    seeding: '다 받은 뒤',
    seedings: {
      usual: '설정대로',
      forever: '내가 멈출 때까지 나누기',
      limited: '정한 만큼 나누기',
    },
    ratioNow: (ratio) => `지금까지 받은 양의 ${ratio}배를 나누었습니다.`,
    endsAt: (when) => `${when}까지 나눕니다.`,
    reached: '정한 만큼 나누어서 더 나누지 않습니다.',
  },
  rates: {
    title: '속도',
    down: '받기',
    up: '보내기',
    ago: (time) => `${time} 전`,
    now: '지금',
    picture: (down, up, peak) => `최근 5분의 속도. 지금 받기 ${down}, 보내기 ${up}, 최고 ${peak}.`,
    none: '최근 5분 동안 오간 것이 없습니다.',
  },
  pieces: {
    title: '조각',
    here: '있음',
    partly: '일부 있음',
    missing: '없음',
    rare: '없음, 한 기기만 가짐',
    nowhere: '없음, 연결된 기기에도 없음',
    only: '연결된 기기 가운데 나만 가짐',
    count: (done, total) => `조각 ${total}개 중 ${done}개`,
    picture: (percent, parts) => `조각 지도: ${percent} 있음${parts}.`,
    cells: (_count, text, what) => `, ${what} ${text}칸`,
  },
  people: {
    title: '사람들',
    none: '아직 아무도 없었습니다.',
    name: '기기',
    has: '가진 양',
    received: '받은 양',
    sent: '보낸 양',
    isHere: '연결됨',
    isGone: '연결 안 됨',
  },
  facts: {
    title: '정보',
    link: '링크',
    sender: '보낸 사람',
    own: '나',
    unnamed: '이름 없음',
    added: '추가한 때',
    finished: '다 받은 때',
    folder: '폴더',
    size: '크기',
    filesDone: (done, files) => `${files} 중 ${done}개 완료`,
    partial: '전체 중 일부',
    received: '받음',
    sent: '보냄',
    copies: '다른 기기들이 가진 사본 수',
    resumed: '디스크에 있어 받지 않은 양',
    share: '공유 ID',
    copyShare: '공유 ID 복사',
    coordinator: '코디네이터',
    coordinatorIs: { connecting: '연결 중…', online: '연결됨', offline: '닿을 수 없음' },
  },

  notices: {
    'left-out.special-file': (count, text, first) =>
      count === 1
        ? `“${first}”은(는) 일반 파일이 아니어서 뺐습니다.`
        : `“${first}” 등 ${text}개는 일반 파일이 아니어서 뺐습니다.`,
    'left-out.outside-link': (count, text, first) =>
      count === 1
        ? `“${first}”은(는) 공유하는 폴더 밖을 가리켜서 뺐습니다.`
        : `“${first}” 등 링크 ${text}개는 공유하는 폴더 밖을 가리켜서 뺐습니다.`,
    'left-out.bad-name': (count, text, first) =>
      count === 1
        ? `“${first}”은(는) 보낼 수 없는 이름이어서 뺐습니다.`
        : `“${first}” 등 ${text}개는 보낼 수 없는 이름이어서 뺐습니다.`,
    'left-out.unreadable': (count, text, first) =>
      count === 1
        ? `“${first}”은(는) 읽을 수 없어서 뺐습니다.`
        : `“${first}” 등 ${text}개는 읽을 수 없어서 뺐습니다.`,
    'names-changed': (_count, text) => `이 디스크에 쓸 수 없는 이름 ${text}개를 바꾸었습니다.`,
    'servers-unused': (_count, text, names) =>
      `서버 ${text}개는 다른 서버가 실패할 때를 위해 기다립니다: ${names}`,
    'peer-banned': (_count, _text, advice) => `기기 하나를 차단했습니다. ${advice}`,
  },
}
