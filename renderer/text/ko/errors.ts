/** 알려진 모든 오류에 대한 도움말. 코드가 늘면 여기서 컴파일이 멈춘다. */

import type { Messages } from '../messages.ts'

export const errors: Messages['errors'] = {
  'link.not-a-link': 'Beeline 링크가 아닙니다. 보낸 사람이 준 줄 전체를 복사하세요.',
  'link.no-key': '링크에서 “#” 뒷부분이 빠졌습니다. 다시 받아서 줄 전체를 복사하세요.',
  'link.bad-key': '링크의 키가 손상되었습니다. 빈칸이나 마침표 없이 링크 전체를 다시 복사하세요.',
  'link.bad-coordinator':
    '링크 안의 코디네이터 주소를 읽을 수 없습니다. 보낸 사람에게 링크를 다시 달라고 하세요.',
  'seal.broken': '이 공유를 위해 봉인된 것을 열 수 없습니다. 다른 키로 만들어졌거나 도중에 바뀌었습니다.',
  'manifest.invalid': '제안된 파일 목록이 올바르지 않아 아무것도 쓰지 않았습니다. 다시 공유해 달라고 하세요.',
  'manifest.too-large': '파일이 200,000개를 넘습니다. 일부를 묶거나 여러 번에 나누어 보내세요.',
  'manifest.bad-name': '보낼 수 없는 파일 이름이 있습니다. 이름을 바꾸고 다시 시도하세요.',
  'summary.invalid': '이 공유의 설명이 손상되었거나 위조되었습니다. 새 링크를 달라고 하세요.',
  'share.not-found':
    '지금은 아무도 이 공유를 제공하지 않습니다. 보낸 사람이 Beeline을 켜 둔 뒤 다시 시도하세요.',
  'share.changed':
    '보낸 사람의 디스크에서 파일이 바뀌어 공유가 멈췄습니다. 새 링크를 달라고 하세요. 받은 것은 남아 있습니다.',
  'share.unknown': '이 공유는 더 이상 여기에 없습니다.',
  'share.empty': '보낼 것이 없습니다. 파일이나 폴더를 하나 이상 고르세요.',
  'source.not-found': '파일이나 폴더가 없습니다. 경로를 확인하세요.',
  'source.unreadable': '파일이나 폴더를 읽을 수 없습니다. 권한을 확인하세요.',
  'source.changed': '공유한 뒤 파일이 바뀌어 공유를 멈췄습니다. 새 내용을 보내려면 다시 공유하세요.',
  'disk.full': '디스크가 가득 찼습니다. 공간을 비우고 다시 시작하세요. 받은 것은 남아 있습니다.',
  'disk.no-space': '이 공유를 받을 공간이 부족합니다. 공간을 비우거나 다른 폴더를 고르세요.',
  'disk.no-permission': 'Beeline이 그곳에 쓸 수 없습니다. 다른 폴더를 고르거나 권한을 바꾸세요.',
  'disk.read-only': '읽기 전용 디스크입니다. 다른 폴더를 고르세요.',
  'disk.unsafe-path':
    '폴더가 있어야 할 자리에 심볼릭 링크나 파일이 있어서 아무것도 쓰지 않았습니다. 그것을 지우거나 다른 폴더를 고르세요.',
  'disk.gone': '받는 폴더가 사라졌습니다. 디스크를 다시 연결하거나 다른 폴더를 고르세요.',
  'disk.failed': '디스크가 오류를 알렸습니다. 확인한 뒤 다시 시작하세요. 받은 것은 남아 있습니다.',
  'transfer.running': '다른 Beeline이 같은 폴더에 이 공유를 받고 있습니다. 기다리거나 다른 폴더를 고르세요.',
  'transfer.no-source':
    '접속한 사람 가운데 남은 조각을 가진 사람이 없습니다. 보낸 사람이 돌아온 뒤 다시 시작하세요.',
  'transfer.stopped': '전송을 멈췄습니다. 받은 것은 남아 있습니다.',
  'transfer.declined': '거절했으므로 아무것도 받지 않았습니다.',
  'transfer.no-consent': '받겠다고 한 사람이 없습니다.',
  'peer.protocol': '상대 기기의 말을 이 버전이 이해하지 못합니다. 양쪽의 Beeline을 업데이트하세요.',
  'peer.version': '상대 기기의 버전과 맞지 않습니다. 양쪽의 Beeline을 업데이트하세요.',
  'peer.bad-piece': '상대 기기가 서명과 다른 내용을 보내서 이 공유에서 차단했습니다.',
  'peer.unreachable': '상대 기기에 닿을 수 없습니다. 중계 서버(TURN)가 도움이 될 수 있습니다.',
  'peer.silent': '상대 기기가 더 이상 응답하지 않습니다.',
  'relay.bad-url':
    '서버 주소를 읽을 수 없습니다. turn:호스트:3478, turns:호스트:443 또는 stun:호스트:3478처럼 쓰세요.',
  'relay.unsupported': '지원하지 않는 주소입니다. stun:, turn: 또는 turns:를 쓰세요.',
  'relay.too-many': 'STUN과 TURN 서버가 16개를 넘습니다. 한 번에 두세 개만 쓰이므로 일부를 지우세요.',
  'proxy.unreachable': '프록시가 응답하지 않습니다. 설정이나 HTTPS_PROXY의 주소를 확인하세요.',
  'proxy.refused':
    '프록시가 연결을 통과시키지 않았습니다. 407이면 로그인이 필요하며 HTTPS_PROXY에 넣을 수 있고, 403이면 관리자가 막은 것입니다.',
  'turn.name-unknown': '서버 이름을 찾을 수 없습니다. 철자와 네트워크를 확인하세요.',
  'turn.unreachable': '그곳에서 응답이 없습니다. 호스트, 포트, 전송 방식과 방화벽을 확인하세요.',
  'turn.bad-credentials': '서버가 사용자 이름이나 비밀번호를 거부했습니다.',
  'turn.expired': '로그인 정보의 기한이 지났습니다. 서버 운영자에게 새로 받으세요.',
  'turn.forbidden': '로그인은 되었지만 서버가 그 주소로의 중계를 금지합니다.',
  'turn.quota': '지금은 서버에 중계를 더 만들 자리가 없습니다. 나중에 다시 시도하세요.',
  'turn.certificate': '서버의 인증서가 이름과 맞지 않아 아무것도 보내지 않았습니다.',
  'turn.no-relay': '서버가 중계 주소를 주었지만 그곳으로 데이터가 지나가지 않았습니다.',
  'turn.protocol': '응답은 있지만 STUN이나 TURN 서버가 아닙니다.',
  'coordinator.unreachable': '코디네이터에 닿을 수 없습니다. 주소와 네트워크를 확인하세요.',
  'coordinator.refused': '코디네이터가 요청을 거부했습니다.',
  'coordinator.limit': '코디네이터의 한도에 이르렀습니다. 잠시 뒤 다시 시도하세요.',
  'coordinator.protocol': '코디네이터의 응답을 이 버전이 이해하지 못합니다. 주소를 확인하세요.',
  'coordinator.cannot-listen':
    '이 컴퓨터가 스스로 기기를 소개할 수 없습니다. 설정에서 코디네이터를 지정하세요.',
  'coordinator.port-taken':
    '이 컴퓨터의 코디네이터가 쓸 포트를 다른 프로그램이 쓰고 있습니다. 그 프로그램을 닫거나 설정에서 코디네이터를 지정하세요.',
  'library.busy': '다른 Beeline이 지금 라이브러리를 쓰고 있습니다. 다시 시도하세요.',
  'library.damaged':
    '라이브러리 파일이 손상되었습니다. 옮겨 두고 다시 시작하세요. 이미 받은 파일은 안전합니다.',
  'app.running': '이 데이터 폴더로 Beeline이 이미 열려 있습니다. 그 창을 쓰거나 먼저 닫으세요.',
  'api.closed': '엔진과의 연결이 끊겼습니다. 다시 연결하고 있습니다.',
  'api.protocol': '창과 엔진의 버전이 다릅니다. Beeline을 닫고 다시 시작하세요.',
  'api.unavailable': '여기서는 할 수 없는 일입니다.',
  'transfer.unknown': '이 전송은 더 이상 목록에 없습니다.',
  'settings.bad-value': '쓸 수 없는 값입니다. 고친 뒤 다시 시도하세요.',
  'serve.no-password':
    '그 주소에서는 다른 사람도 Beeline을 열 수 있습니다. --password-file로 비밀번호를 정하세요.',
  'serve.port-taken': '다른 프로그램이 그 포트를 쓰고 있습니다. --port로 다른 포트를 고르세요.',
  'upload.failed': '파일을 넘겨받지 못했습니다. 남은 공간을 확인하고 다시 시도하세요.',
  'ui.not-built': '창 파일이 아직 만들어지지 않았습니다. Beeline 폴더에서 “npm run build”를 실행하세요.',
  usage: '요청을 읽을 수 없습니다.',
  internal: 'Beeline 자체의 오류입니다. 무엇을 하고 있었는지와 함께 알려 주세요.',
}
