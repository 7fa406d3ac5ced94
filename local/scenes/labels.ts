/** The words of PUBG's top-right strip in the languages the simulator speaks. */
import type { Language } from "./scene.ts";

export interface Labels {
  alive: string;
  joined: string;
  killed: string;
  assisted: string;
  time: string;
  teams: string;
}

export const labels: Record<Language, Labels> = {
  en: { alive: "ALIVE", joined: "JOINED", killed: "KILLED", assisted: "ASSISTED", time: "TIME", teams: "TEAMS" },
  "zh-Hans": { alive: "存活", joined: "加入", killed: "淘汰", assisted: "助攻", time: "时间", teams: "队伍" },
  "zh-Hant": { alive: "存活", joined: "已加入", killed: "擊殺", assisted: "助攻", time: "時間", teams: "隊伍" },
  ko: { alive: "생존", joined: "참가", killed: "처치", assisted: "어시스트", time: "시간", teams: "팀" },
  ja: { alive: "生存", joined: "参加", killed: "キル", assisted: "アシスト", time: "時間", teams: "チーム" },
  ru: { alive: "В ЖИВЫХ", joined: "В ИГРЕ", killed: "УБИТО", assisted: "ПОМОЩЬ", time: "ВРЕМЯ", teams: "КОМАНДЫ" },
  de: {
    alive: "AM LEBEN",
    joined: "BEIGETRETEN",
    killed: "GETÖTET",
    assisted: "ASSISTS",
    time: "ZEIT",
    teams: "TEAMS",
  },
  fr: { alive: "EN VIE", joined: "CONNECTÉS", killed: "TUÉS", assisted: "ASSISTÉS", time: "TEMPS", teams: "ÉQUIPES" },
  es: { alive: "VIVOS", joined: "UNIDOS", killed: "BAJAS", assisted: "ASISTENCIAS", time: "TIEMPO", teams: "EQUIPOS" },
  pt: {
    alive: "VIVOS",
    joined: "ENTRARAM",
    killed: "ABATES",
    assisted: "ASSISTÊNCIAS",
    time: "TEMPO",
    teams: "EQUIPES",
  },
  tr: { alive: "HAYATTA", joined: "KATILDI", killed: "ÖLDÜRME", assisted: "ASİST", time: "SÜRE", teams: "TAKIM" },
  vi: { alive: "CÒN SỐNG", joined: "ĐÃ VÀO", killed: "TIÊU DIỆT", assisted: "HỖ TRỢ", time: "THỜI GIAN", teams: "ĐỘI" },
  th: { alive: "รอดชีวิต", joined: "เข้าร่วม", killed: "สังหาร", assisted: "ช่วยเหลือ", time: "เวลา", teams: "ทีม" },
};
