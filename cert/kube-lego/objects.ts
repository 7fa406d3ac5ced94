/** The parts of Kubernetes' and cert-manager's objects that the bridge reads. Foreign shapes, named as foreign, only here. */

export interface Metadata {
  name?: string;
  namespace?: string;
  uid?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string | Date;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
}
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}
export interface ConfigMap {
  metadata?: Metadata;
  data?: Record<string, string>;
}
export interface Ingress {
  metadata?: Metadata;
  spec?: { tls?: { hosts?: string[]; secretName?: string }[] };
}
/** cert-manager.io/v1 */
export interface Certificate {
  apiVersion: "cert-manager.io/v1";
  kind: "Certificate";
  metadata: Metadata;
  spec: {
    secretName: string;
    dnsNames?: string[];
    issuerRef: { name: string; kind?: string; group?: string };
    privateKey?: { algorithm: string; size?: number; rotationPolicy?: string };
    revisionHistoryLimit?: number;
  };
  status?: { conditions?: Condition[]; notAfter?: string; renewalTime?: string };
}
export interface Issuer {
  apiVersion: "cert-manager.io/v1";
  kind: "Issuer";
  metadata: Metadata;
  spec: { acme: Acme };
  status?: { conditions?: Condition[] };
}
export interface Acme {
  email: string;
  server: string;
  caBundle?: string;
  privateKeySecretRef: { name: string };
  solvers: { http01: { ingress: { ingressClassName: string; serviceType: string } } }[];
}
/** acme.cert-manager.io/v1 Order and Challenge. */
export interface Attempt {
  metadata?: Metadata;
  spec?: { dnsName?: string };
  status?: { state?: string; reason?: string };
}
