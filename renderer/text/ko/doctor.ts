/** 이 기기의 네트워크를 살펴볼 때 쓰는 말. */

import type { Messages } from '../messages.ts'

export const doctor: Messages['doctor'] = {
  title: '네트워크 점검',
  words: '친구들이 이 기기에 어떻게 닿을 수 있는지, 무엇이 막고 있는지 알아봅니다. 몇 초 걸립니다.',
  open: '네트워크 점검…',
  running: '네트워크를 살펴보는 중…',
  progress: (done, total) => `${total}개 중 ${done}개 살펴봄`,
  stop: '멈추기',
  stopped: '다 살펴보기 전에 멈췄습니다.',
  again: '다시 점검',
  findings: '알아낸 것',
  report: '보고서',
  reportWords: '도움을 청할 때 전하세요. 로그인 정보도, 서버 이름도, 온전한 주소도 들어 있지 않습니다.',
  copyReport: '보고서 복사',

  marks: {
    good: '좋음',
    fair: '보통',
    bad: '문제',
    running: '살펴보는 중',
    none: '판단할 것 없음',
  },

  verdicts: {
    'direct-all': {
      relay: 'UDP가 통하는 사람이면 누구와도 바로 연결되고, 나머지는 중계를 거칩니다.',
      none: 'UDP가 통하는 사람이면 누구와도 바로 연결됩니다. 쓸 수 있는 중계가 없어 나머지와는 연결할 수 없습니다.',
    },
    'direct-most': {
      relay: '대부분의 친구와 바로 연결되고, 일부 모바일 네트워크의 사람과는 중계를 거칩니다.',
      none: '대부분의 친구와 바로 연결됩니다. 쓸 수 있는 중계가 없어 일부 모바일 네트워크의 사람과는 연결할 수 없습니다.',
    },
    'direct-some': {
      relay: '공유기가 누구나 들여보내는 친구와는 바로 연결되고, 나머지는 중계를 거칩니다.',
      none: '공유기가 누구나 들여보내는 친구와는 바로 연결됩니다. 쓸 수 있는 중계가 없어 나머지와는 연결할 수 없습니다.',
    },
    relay: {
      relay: '누구와도 중계를 거쳐 연결됩니다.',
      none: '누구와도 중계를 거쳐 연결됩니다.',
    },
    lan: {
      relay: '같은 네트워크의 기기와만 연결됩니다.',
      none: '같은 네트워크의 기기와만 연결됩니다.',
    },
    nothing: {
      relay: '지금은 아무와도 연결할 수 없습니다.',
      none: '지금은 아무와도 연결할 수 없습니다.',
    },
  },
  help: {
    relay: 'TURN 서버가 있으면 나머지와도 연결됩니다. “STUN과 TURN 서버”에서 추가하세요.',
    coordinator: '코디네이터가 있으면 다른 곳의 친구도 소개받습니다. 설정에서 지정하세요.',
    reach: '코디네이터 없이는 아무도 소개받을 수 없습니다. 주소와 인터넷 연결을 확인하세요.',
  },

  checks: {
    coordinator: '코디네이터',
    clock: '시계',
    ipv4: 'IPv4의 UDP',
    ipv6: 'IPv6의 UDP',
    nat: '공유기: 포트',
    filtering: '공유기: 들여보내는 상대',
    hairpin: '공유기: 안으로 되돌리기',
    'port-mapping': '공유기: 부탁하면 포트 열기',
    stun: 'STUN 서버',
    turn: 'TURN 서버',
  },
  said: {
    running: '살펴보는 중…',
    stopped: '끝나지 않았습니다.',
    skipped: '필요한 것이 없어 살펴보지 않았습니다.',
    works: '잘 됩니다.',
  },
  outcomes: {
    coordinator: {
      works: '응답합니다.',
      skipped: '지정하지 않아 이 컴퓨터가 같은 네트워크 안에서 직접 소개합니다.',
    },
    clock: {
      right: '맞습니다.',
      ahead: (time) => `${time} 빠릅니다.`,
      behind: (time) => `${time} 느립니다.`,
      wrong: '맞지 않습니다.',
    },
    ipv4: {
      works: '밖으로 나갔다가 돌아옵니다.',
      seenAs: (address) => `밖으로 나갔다가 돌아옵니다. 밖에서는 ${address} 주소로 보입니다.`,
      'no-address': '이 기기에 IPv4 주소가 없습니다.',
      blocked: '아무것도 돌아오지 않습니다. 이 네트워크는 UDP를 통과시키지 않습니다.',
    },
    ipv6: {
      works: '밖으로 나갔다가 돌아옵니다.',
      seenAs: (address) => `밖으로 나갔다가 돌아옵니다. 밖에서는 ${address} 주소로 보입니다.`,
      'no-address': '이 기기에 IPv6 주소가 없습니다.',
      blocked: '아무것도 돌아오지 않습니다. 이 네트워크는 UDP를 통과시키지 않습니다.',
    },
    nat: {
      public: '사이에 없습니다. 기기의 주소가 밖에서 그대로 보입니다.',
      endpoint: '모든 목적지에 같은 포트를 써서 친구와 바로 연결할 수 있습니다.',
      step: '목적지마다 다른 포트를 쓰지만 간격이 일정해서 Beeline이 다음 포트를 내다봅니다.',
      steps: (step) =>
        `목적지마다 다른 포트를 쓰지만 간격(${step})이 일정해서 Beeline이 다음 포트를 내다봅니다.`,
      random: '목적지마다 다른 포트를 쓰고, 다음 포트를 내다볼 수 없습니다.',
    },
    filtering: {
      open: '포트를 아는 상대는 누구나 들어옵니다.',
      address: '무언가를 보낸 적이 있는 주소에서만 들어옵니다.',
      port: '대부분의 공유기처럼 무언가를 보낸 바로 그 주소와 포트에서만 들어옵니다.',
    },
    hairpin: {
      works: '자기 바깥 주소로 보낸 것을 안으로 되돌려 줍니다.',
      absent: '자기 바깥 주소로 보낸 것을 안으로 되돌려 주지 않습니다.',
    },
    'port-mapping': {
      works: '열어 줍니다.',
      by: (protocol) => `${protocol} 방식으로 열어 줍니다.`,
      absent: 'UPnP, NAT-PMP, PCP 어느 것에도 답이 없습니다.',
      refused: '거절합니다.',
      second: '열어 주지만, 그 바깥에 공유기가 하나 더 있습니다.',
      off: '설정에서 꺼 두어 묻지 않았습니다.',
    },
    stun: {
      works: '응답합니다.',
      seenAs: (address) => `응답합니다. ${address} 주소로 보입니다.`,
    },
    turn: { works: '중계 주소를 주고 데이터도 통과시킵니다.' },
  },
  advice: {
    clock: '시계를 맞추세요. 기한이 있는 중계 로그인은 시계에 달려 있습니다.',
    udp: '방화벽이나 VPN, 또는 이 네트워크가 UDP를 막습니다. 그동안은 TCP나 TLS로 중계를 거칩니다.',
    random:
      '엄격한 공유기를 쓰는 친구와는 중계를 거칩니다. IPv6를 쓰거나 포트를 열어 주는 공유기가 있으면 나아집니다.',
    mapping: '공유기에 UPnP나 NAT-PMP가 있으면 켜세요. 대부분의 친구와 바로 연결됩니다.',
    second: '두 공유기 가운데 하나를 브리지 모드로 바꾸거나, 바깥 공유기가 포트를 열게 하세요.',
    mappingOff: '중계로만 연결되는 친구가 있으면 “공유기에 포트를 열도록 부탁”을 켜세요.',
  },
}
